package voicerecordings.example;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A JUnit extension: one server for the whole run, given to whatever asks for an Emulator. */
final class Emulator implements ParameterResolver, ExtensionContext.Store.CloseableResource {
  private Process server;
  private Path secretFile;
  String grpcAddress;
  String url;

  /** What webhooks of the project "java" are signed with. */
  String webhookKey;

  private Emulator start() {
    try {
      // With a secret of ours the keys that webhooks are signed with can be told.
      byte[] secret = new byte[32];
      new SecureRandom().nextBytes(secret);
      secretFile = Files.createTempFile("emulator-", ".secret");
      Files.writeString(secretFile, Base64.getEncoder().encodeToString(secret));
      Process key =
          new ProcessBuilder(
                  "voice-recordings", "webhooks", "key", "java",
                  "--secret-file", secretFile.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      webhookKey = new String(key.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      server =
          new ProcessBuilder(
                  "voice-recordings", "serve", "--secret-file", secretFile.toString(),
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
  public void close() throws InterruptedException, IOException {
    server.destroy();
    server.waitFor();
    Files.deleteIfExists(secretFile);
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
