package voicerecordings.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.enfonica.voice.v1beta1.Recording;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Emulator.class)
class WebhooksTest {
  private static final String WRONG = "A".repeat(86) + "==";

  private final Map<String, String> headers = new HashMap<>();
  private String url;
  private String body;
  private String key;
  private Instant now;

  @BeforeEach
  void readTheSample() throws Exception {
    String file = Files.readString(Path.of("..", "webhook.json"));
    JsonObject sample = JsonParser.parseString(file).getAsJsonObject();
    url = sample.get("url").getAsString();
    body = sample.get("body").getAsString();
    key = sample.get("key").getAsString();
    sample
        .getAsJsonObject("headers")
        .entrySet()
        .forEach(entry -> headers.put(entry.getKey(), entry.getValue().getAsString()));
    now = Instant.ofEpochSecond(Long.parseLong(headers.get("webhook-timestamp")));
  }

  @Test
  void aGenuineOneTellsItsRecording() throws Exception {
    assertEquals(Recording.State.SUCCEEDED, verify(WRONG, key).getState());
  }

  @Test
  void anotherKeyIsRefused() {
    assertThrows(Webhooks.NotGenuine.class, () -> verify(WRONG));
  }

  @Test
  void anotherUrlIsRefused() {
    url += "&more=1";
    assertThrows(Webhooks.NotGenuine.class, () -> verify(key));
  }

  @Test
  void anotherBodyIsRefused() {
    body = body.replace("SUCCEEDED", "FAILED");
    assertThrows(Webhooks.NotGenuine.class, () -> verify(key));
  }

  @Test
  void anOldOneIsRefused() {
    now = now.plusSeconds(301);
    assertThrows(Webhooks.NotGenuine.class, () -> verify(key));
  }

  @Test
  void anotherTimeIsRefused() {
    headers.computeIfPresent("webhook-timestamp", (name, time) -> time + "0");
    assertThrows(Webhooks.NotGenuine.class, () -> verify(key));
  }

  @Test
  void anUnsignedOneIsRefused() {
    headers.clear();
    assertThrows(Webhooks.NotGenuine.class, () -> verify(key));
  }

  @Test
  void theServicesOwnWebhookIsGenuine(Emulator emulator) throws Exception {
    HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String webhookKey =
        emulator.control("projects/java", null).get("webhookKey").getAsString();
    CompletableFuture<Recording> arrived = new CompletableFuture<>();
    String readyUri = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/ready?tenant=7";
    receiver.createContext(
        "/ready",
        exchange -> {
          byte[] came = exchange.getRequestBody().readAllBytes();
          try {
            arrived.complete(
                Webhooks.verify(
                    readyUri,
                    exchange.getRequestHeaders()::getFirst,
                    came,
                    List.of(webhookKey),
                    Instant.now()));
          } catch (Webhooks.NotGenuine refused) {
            arrived.completeExceptionally(refused);
          }
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    try {
      String uri = URLEncoder.encode(readyUri, StandardCharsets.UTF_8);
      String name =
          RecordingsTest.imported(emulator, "projects/java/calls/w", "w&readyUri=" + uri);
      assertEquals(name, arrived.get(30, TimeUnit.SECONDS).getName());
    } finally {
      receiver.stop(0);
    }
  }

  private Recording verify(String... keys) throws Webhooks.NotGenuine {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return Webhooks.verify(
        url, name -> headers.get(name.toLowerCase(Locale.ROOT)), bytes, List.of(keys), now);
  }
}
