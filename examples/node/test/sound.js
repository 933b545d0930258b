// A second of a tone as a WAV file, 8 kHz mono.
export function tone(seconds = 1) {
  const samples = 8000 * seconds;
  const file = Buffer.alloc(44 + samples * 2);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // channels
  file.writeUInt32LE(8000, 24);
  file.writeUInt32LE(16000, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(samples * 2, 40);
  for (let n = 0; n < samples; n++) {
    file.writeInt16LE(Math.round(10_000 * Math.sin((2 * Math.PI * 440 * n) / 8000)), 44 + n * 2);
  }
  return file;
}
