package voicerecordings.example;

import com.enfonica.voice.v1beta1.Recording;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tells whether a webhook is genuine. */
public final class Webhooks {
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  /** The webhook cannot be trusted. */
  public static final class NotGenuine extends Exception {
    NotGenuine(String why) {
      super(why);
    }
  }

  private Webhooks() {}

  /**
   * The recording that a webhook tells of. The url is the ready_uri as you gave it, the body the
   * bytes as they came, the keys the project's key in base64, or two while they change.
   */
  public static Recording verify(
      String url, Function<String, String> header, byte[] body, List<String> keys, Instant now)
      throws NotGenuine {
    Function<String, String> headers = name -> Optional.ofNullable(header.apply(name)).orElse("");
    byte[] signed = join(bytes(url + headers.apply("X-Enfonica-Event")), body);
    if (!signed(keys, headers.apply("X-Enfonica-Signature"), signed)) {
      throw new NotGenuine("no key gives this signature for this URL and body");
    }
    String seconds = headers.apply("webhook-timestamp");
    byte[] dated = join(bytes(headers.apply("webhook-id") + "." + seconds + "."), body);
    boolean genuine =
        Arrays.stream(headers.apply("webhook-signature").split(" "))
            .anyMatch(each -> each.startsWith("v1,") && signed(keys, each.substring(3), dated));
    if (!genuine) {
      throw new NotGenuine("no key gives the webhook-signature");
    }
    Instant sent = Instant.ofEpochSecond(Long.parseLong(seconds));
    if (Duration.between(sent, now).abs().compareTo(TOLERANCE) > 0) {
      throw new NotGenuine("signed too long ago: a repeat, or a wrong clock");
    }
    try {
      Recording.Builder recording = Recording.newBuilder();
      JsonFormat.parser()
          .ignoringUnknownFields()
          .merge(new String(body, StandardCharsets.UTF_8), recording);
      return recording.build();
    } catch (InvalidProtocolBufferException error) {
      throw new NotGenuine("the body is no recording: " + error.getMessage());
    }
  }

  private static boolean signed(List<String> keys, String signature, byte[] message) {
    byte[] given;
    try {
      given = Base64.getDecoder().decode(signature);
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
    return keys.stream().anyMatch(key -> MessageDigest.isEqual(mac(key, message), given));
  }

  private static byte[] mac(String key, byte[] message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
      return mac.doFinal(message);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] join(byte[] head, byte[] tail) {
    byte[] whole = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, whole, head.length, tail.length);
    return whole;
  }
}
