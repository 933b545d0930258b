package voicerecordings.example;

import com.enfonica.voice.v1beta1.DeleteRecordingRequest;
import com.enfonica.voice.v1beta1.GetRecordingRequest;
import com.enfonica.voice.v1beta1.ListRecordingsRequest;
import com.enfonica.voice.v1beta1.ListRecordingsResponse;
import com.enfonica.voice.v1beta1.Recording;
import com.enfonica.voice.v1beta1.RecordingsGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Recordings over gRPC. Every method throws StatusRuntimeException, which names the recording. */
public final class RecordingsClient implements AutoCloseable {
  private static final long FIRST_PAUSE_MS = 20;
  private static final long LONGEST_PAUSE_MS = 1000;

  private final ManagedChannel channel;
  private final Duration deadline;

  /** Connects to HOST:PORT; each call may take as long as the deadline. */
  public RecordingsClient(String target, Duration deadline) {
    this.channel = Grpc.newChannelBuilder(target, InsecureChannelCredentials.create()).build();
    this.deadline = deadline;
  }

  /** Connects to the emulator. */
  public static RecordingsClient ofEmulator() {
    String target = System.getenv("VOICE_RECORDINGS_EMULATOR_HOST");
    return new RecordingsClient(target, Duration.ofSeconds(30));
  }

  /** One recording, with links to download its audio. */
  public Recording get(String name) {
    GetRecordingRequest request = GetRecordingRequest.newBuilder().setName(name).build();
    return call(name, () -> stub().getRecording(request));
  }

  /** The recordings of a call or project, newest first, fetched page by page. */
  public Iterable<Recording> list(String parent, int pageSize) {
    return () -> new Pages(parent, pageSize);
  }

  /** Deletes a recording and gives it as it was. */
  public Recording delete(String name) {
    DeleteRecordingRequest request = DeleteRecordingRequest.newBuilder().setName(name).build();
    return call(name, () -> stub().deleteRecording(request));
  }

  /** The recording once it is SUCCEEDED, EMPTY or FAILED. */
  public Recording waitUntilReady(String name, Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    for (long pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 3 / 2, LONGEST_PAUSE_MS)) {
      Recording recording = get(name);
      if (recording.getState() != Recording.State.PENDING) {
        return recording;
      }
      if (System.nanoTime() > end) {
        String message = name + " is still PENDING after " + timeout;
        throw Status.DEADLINE_EXCEEDED.withDescription(message).asRuntimeException();
      }
      Thread.sleep(pause);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private RecordingsGrpc.RecordingsBlockingStub stub() {
    return RecordingsGrpc.newBlockingStub(channel)
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static <T> T call(String name, Supplier<T> send) {
    try {
      return send.get();
    } catch (StatusRuntimeException error) {
      Status status = error.getStatus();
      throw status
          .withDescription(name + ": " + status.getDescription())
          .withCause(error)
          .asRuntimeException(error.getTrailers());
    }
  }

  private final class Pages implements Iterator<Recording> {
    private final ListRecordingsRequest.Builder request;
    private Iterator<Recording> page;

    Pages(String parent, int pageSize) {
      request = ListRecordingsRequest.newBuilder().setParent(parent).setPageSize(pageSize);
      fetch();
    }

    @Override
    public boolean hasNext() {
      while (!page.hasNext() && !request.getPageToken().isEmpty()) {
        fetch();
      }
      return page.hasNext();
    }

    @Override
    public Recording next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return page.next();
    }

    private void fetch() {
      ListRecordingsResponse answer =
          call(request.getParent(), () -> stub().listRecordings(request.build()));
      request.setPageToken(answer.getNextPageToken());
      page = answer.getRecordingsList().iterator();
    }
  }
}
