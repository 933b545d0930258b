package voicerecordings.example;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A JUnit extension: one emulator for the whole run, given to whatever asks for it. */
final class Emulator implements ParameterResolver, ExtensionContext.Store.CloseableResource {
  private Process server;
  String grpcAddress;
  String url;

  /** One of the emulator's controls; with a body of null it is read. */
  JsonObject control(String path, String body) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/emulator/v1/" + path));
    if (body != null) {
      request.header("Content-Type", "application/json");
      request.POST(HttpRequest.BodyPublishers.ofString(body));
    }
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(path + ": " + response.body());
    }
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }

  private Emulator start() {
    try {
      server =
          new ProcessBuilder(
                  "voice-recordings", "serve", "--emulator",
                  "--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String line =
          new BufferedReader(
                  new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))
              .readLine();
      if (line == null) {
        throw new IllegalStateException("voice-recordings ended before it was ready");
      }
      JsonObject ready = JsonParser.parseString(line).getAsJsonObject();
      grpcAddress = ready.get("grpc").getAsString();
      url = ready.get("http").getAsString();
      return this;
    } catch (IOException error) {
      throw new UncheckedIOException("voice-recordings does not start", error);
    }
  }

  @Override
  public void close() throws InterruptedException {
    server.destroy();
    server.waitFor();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Emulator.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.GLOBAL)
        .getOrComputeIfAbsent(Emulator.class, key -> new Emulator().start());
  }
}
