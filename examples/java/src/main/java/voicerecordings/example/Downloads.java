package voicerecordings.example;

import com.enfonica.voice.v1beta1.Recording;
import com.enfonica.voice.v1beta1.RecordingAudio;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Downloads the files of recordings; needs nothing but their links. */
public final class Downloads {
  private static final int OK = 200;
  private static final int PARTIAL = 206;

  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * Saves the recording's file of this type; the path appears once it is whole. One that breaks
   * off goes on where it broke, as often as it gets on.
   */
  public Path download(Recording recording, String mimeType, Path to)
      throws IOException, InterruptedException {
    for (RecordingAudio audio : recording.getAudioList()) {
      if (audio.getMimeType().equals(mimeType)) {
        return download(recording.getName(), audio, to);
      }
    }
    throw new IOException(recording.getName() + " is " + recording.getState() + ", no " + mimeType);
  }

  private Path download(String name, RecordingAudio audio, Path to)
      throws IOException, InterruptedException {
    Path part = to.resolveSibling(to.getFileName() + ".part");
    Files.write(part, new byte[0]);
    String etag = "";
    while (true) {
      long done = Files.size(part);
      IOException cause = null;
      try {
        etag = fetch(name, audio, etag, done, part);
      } catch (IOException cut) {
        cause = cut;
      }
      long came = Files.size(part);
      if (came == audio.getSizeBytes()) {
        return Files.move(part, to, StandardCopyOption.REPLACE_EXISTING);
      }
      if (came <= done) {
        String how = "the download broke off at " + came + " of " + audio.getSizeBytes() + " bytes";
        throw new IOException(name + ": " + how, cause);
      }
    }
  }

  /** Adds what comes to the part, and tells which version of the file it is of. */
  private String fetch(String name, RecordingAudio audio, String etag, long done, Path part)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(audio.getUri()));
    if (done > 0 && !etag.isEmpty()) {
      request.header("Range", "bytes=" + done + "-").header("If-Range", etag);
    }
    HttpResponse<InputStream> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    int status = response.statusCode();
    if (status != OK && status != PARTIAL) {
      throw new IOException(name + ": the link is refused: " + status);
    }
    StandardOpenOption how =
        status == PARTIAL ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
    String version = response.headers().firstValue("ETag").orElse("");
    try (InputStream body = response.body();
        OutputStream file = Files.newOutputStream(part, StandardOpenOption.WRITE, how)) {
      body.transferTo(file);
    } catch (IOException cut) {
      // What has come is kept; the caller sees by its length that it is not all.
      return version;
    }
    return version;
  }
}
