package voicerecordings.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.enfonica.voice.v1beta1.GetRecordingRequest;
import com.enfonica.voice.v1beta1.Recording;
import com.enfonica.voice.v1beta1.RecordingAudio;
import com.enfonica.voice.v1beta1.RecordingsGrpc;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Emulator.class)
class RecordingsTest {
  private static final String ABSENT = "projects/java/calls/c1/recordings/absent";
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final byte[] WAVE = tone();

  @Test
  void aRecordingLivesItsLife(Emulator emulator, @TempDir Path folder) throws Exception {
    String call = "projects/java/calls/life";
    List<String> names = new ArrayList<>();
    for (String id : List.of("a", "b", "c")) {
      names.add(0, imported(emulator, call, id));
    }
    try (RecordingsClient client = new RecordingsClient(emulator.grpcAddress, SOON)) {
      Recording ready = client.waitUntilReady(names.get(0), SOON);
      assertEquals(Recording.State.SUCCEEDED, ready.getState());
      List<String> listed = new ArrayList<>();
      client.list(call, 2).forEach(recording -> listed.add(recording.getName()));
      assertEquals(names, listed);
      Path saved = new Downloads().download(ready, "audio/x-wav", folder.resolve("a.wav"));
      assertArrayEquals(WAVE, Files.readAllBytes(saved));
      client.delete(names.get(0));
      assertRefused(Status.Code.NOT_FOUND, emulator.grpcAddress, names.get(0));
    }
  }

  @Test
  void whatTheEmulatorPlays(Emulator emulator, @TempDir Path folder) throws Exception {
    String project = "projects/java-emulator";
    String name =
        emulator
            .control(
                project + "/calls/c/recordings:simulate",
                "{\"recordingId\": \"r\", \"duration\": \"10s\", \"endAfterGets\": 3}")
            .get("name")
            .getAsString();
    try (RecordingsClient client = new RecordingsClient(emulator.grpcAddress, SOON)) {
      assertEquals(Recording.State.PENDING, client.get(name).getState());
      Recording ready = client.waitUntilReady(name, SOON);
      assertEquals(Recording.State.SUCCEEDED, ready.getState());
      String to = ", \"project\": \"" + project + "\", ";
      emulator.control("faults", "{\"method\": \"Download\"" + to + "\"cutAfterBytes\": 100000}");
      Path saved = new Downloads().download(ready, "audio/x-wav", folder.resolve("r.wav"));
      assertEquals(44 + 10 * 2 * 2 * 8000, Files.size(saved));
      String status = "\"status\": {\"code\": 16, \"message\": \"the token has expired\"}}";
      emulator.control("faults", "{\"method\": \"GetRecording\"" + to + status);
      assertRefused(Status.Code.UNAUTHENTICATED, emulator.grpcAddress, name);
    }
    assertFalse(emulator.control("faults?project=" + project, null).has("pendingCount"));
  }

  @Test
  void errorsNameTheRecording(Emulator emulator) throws Exception {
    assertRefused(Status.Code.NOT_FOUND, emulator.grpcAddress, ABSENT);
    assertRefused(Status.Code.UNAVAILABLE, "127.0.0.1:2", ABSENT);
    try (ServerSocket slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + slow.getLocalPort();
      assertRefused(Status.Code.DEADLINE_EXCEEDED, address, ABSENT);
    }
  }

  @Test
  void aServerThatIsTooOldOrRefusesTheToken() throws Exception {
    RecordingsGrpc.RecordingsImplBase old = new RecordingsGrpc.RecordingsImplBase() {};
    RecordingsGrpc.RecordingsImplBase strict =
        new RecordingsGrpc.RecordingsImplBase() {
          @Override
          public void getRecording(GetRecordingRequest request, StreamObserver<Recording> answer) {
            answer.onError(Status.UNAUTHENTICATED.withDescription("expired").asException());
          }
        };
    for (RecordingsGrpc.RecordingsImplBase service : List.of(old, strict)) {
      Server server =
          Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
              .addService(service)
              .build()
              .start();
      Status.Code code = service == old ? Status.Code.UNIMPLEMENTED : Status.Code.UNAUTHENTICATED;
      assertRefused(code, "127.0.0.1:" + server.getPort(), ABSENT);
      server.shutdownNow();
    }
  }

  @Test
  void aDownloadThatIsCut(@TempDir Path folder) throws Exception {
    List<String> asked = new ArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
          asked.add(exchange.getRequestHeaders().getFirst("If-Range"));
          if (from > 0 && exchange.getRequestURI().getPath().equals("/for-good")) {
            exchange.close();
            return;
          }
          exchange.getResponseHeaders().set("ETag", "\"1\"");
          exchange.sendResponseHeaders(from > 0 ? 206 : 200, WAVE.length - from);
          exchange.getResponseBody().write(WAVE, from, Math.min(6000, WAVE.length - from));
          exchange.getResponseBody().flush();
          exchange.close();
        });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    try {
      Path to = folder.resolve("a.wav");
      new Downloads().download(recording(url + "/now-and-then"), "audio/x-wav", to);
      assertArrayEquals(WAVE, Files.readAllBytes(to));
      assertEquals("\"1\"", asked.get(1));
      Path never = folder.resolve("b.wav");
      IOException cut =
          assertThrows(
              IOException.class,
              () -> new Downloads().download(recording(url + "/for-good"), "audio/x-wav", never));
      assertTrue(cut.getMessage().startsWith(ABSENT + ": the download broke off at 6000 of"));
      assertFalse(Files.exists(never));
    } finally {
      server.stop(0);
    }
  }

  private static void assertRefused(Status.Code code, String target, String name) {
    // Whoever is not to be slow has time to load what it needs.
    Duration patience = Duration.ofSeconds(code == Status.Code.DEADLINE_EXCEEDED ? 3 : 30);
    try (RecordingsClient client = new RecordingsClient(target, patience)) {
      StatusRuntimeException error =
          assertThrows(StatusRuntimeException.class, () -> client.get(name));
      assertEquals(code, error.getStatus().getCode(), error.getMessage());
      assertTrue(error.getMessage().contains(name), error.getMessage());
    }
  }

  private static Recording recording(String uri) {
    return Recording.newBuilder()
        .setName(ABSENT)
        .addAudio(
            RecordingAudio.newBuilder()
                .setMimeType("audio/x-wav")
                .setSizeBytes(WAVE.length)
                .setUri(uri))
        .build();
  }

  static String imported(Emulator emulator, String call, String id) throws Exception {
    URI uri = URI.create(emulator.url + "/v1/" + call + "/recordings:import?recordingId=" + id);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "audio/wav")
            .POST(HttpRequest.BodyPublishers.ofByteArray(WAVE))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response.body());
    return JsonParser.parseString(response.body()).getAsJsonObject().get("name").getAsString();
  }

  /** A second of a tone as a WAV file, 8 kHz mono. */
  private static byte[] tone() {
    ByteBuffer file = ByteBuffer.allocate(44 + 16_000).order(ByteOrder.LITTLE_ENDIAN);
    file.put(text("RIFF")).putInt(36 + 16_000).put(text("WAVEfmt ")).putInt(16);
    file.putShort((short) 1).putShort((short) 1).putInt(8000).putInt(16_000);
    file.putShort((short) 2).putShort((short) 16).put(text("data")).putInt(16_000);
    for (int n = 0; n < 8000; n++) {
      file.putShort((short) (10_000 * Math.sin(2 * Math.PI * 440 * n / 8000)));
    }
    return file.array();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
