package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.stream.BodyReader;
import dev.brink.exec.stream.BodyWriter;
import dev.brink.exec.stream.RelayBody;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The bodies of one invocation: what it reads, and how its response's body fares. On the lane. */
final class RunBodies {
  private final Run run;

  // Most invocations have none of these: each list is made when something comes into it.
  private List<Integer> readers = List.of();
  private List<Integer> writers = List.of();
  private List<Integer> passedOn = List.of();
  private List<Flow.Publisher<ByteBuf>> unclaimed = List.of();

  private @Nullable BodyReader request;
  private @Nullable RelayBody requestRelay;
  private @Nullable BodyWriter responseWriter;
  private @Nullable RelayBody responseRelay;
  private long fullBytes;
  private long gatheredBytes;
  private boolean responseOpen;
  private @Nullable Code outcome;
  private boolean limitExceeded;
  private boolean heeded;

  RunBodies(Run run) {
    this.run = run;
  }

  /** The request's body as a reader in {@code bodies}, made at first use. -1 for none. */
  int requestBody(Bodies bodies) {
    Flow.Publisher<ByteBuf> publisher = run.request().body();
    if (publisher == null || request != null) {
      return -1;
    }
    var reader = new BodyReader(publisher, bodies::post, run.limits().requestBodyBytes());
    request = reader;
    return bodies.add(run, reader, run.request().bodyLength());
  }

  /**
   * The bytes of a client that wants a WebSocket; {@code null} when they are not there any more.
   */
  @Nullable BodyReader upgrade(Bodies bodies) {
    Flow.Publisher<ByteBuf> publisher = run.request().body();
    if (publisher == null || request != null) {
      return null;
    }
    var reader = new BodyReader(publisher, bodies::post, Long.MAX_VALUE);
    request = reader;
    return reader;
  }

  void owns(int reader) {
    readers = with(readers, reader);
  }

  void ownsWriter(int writer) {
    writers = with(writers, writer);
  }

  void ownsNoLonger(Integer reader) {
    boolean _ = !readers.isEmpty() && readers.remove(/* element */ reader);
  }

  /** A reader that may yet be failed has gone elsewhere. */
  void passedOn(int reader) {
    passedOn = with(passedOn, reader);
  }

  /** The answer to a request with such a body has come, maybe before anyone subscribed to that. */
  void answered(Flow.@Nullable Publisher<ByteBuf> body) {
    if (!unclaimed.isEmpty()) {
      unclaimed.removeIf(GuestBody::isTaken);
    }
    if (body != null && !GuestBody.isTaken(body)) {
      unclaimed = with(unclaimed, body);
    }
  }

  private static <T> List<T> with(List<T> list, T one) {
    List<T> longer = list.isEmpty() ? new ArrayList<>() : list;
    longer.add(one);
    return longer;
  }

  /** One more is to fail with the signal of its fetch. */
  void heeds() {
    heeded = true;
  }

  /** Whether any was ever to. */
  boolean heeded() {
    return heeded;
  }

  List<Integer> passedOn() {
    return passedOn;
  }

  List<Integer> readers() {
    return readers;
  }

  List<Integer> writers() {
    return writers;
  }

  /** Whether so many more bytes of bodies that are gathered whole may be held. */
  boolean gather(long bytes) {
    if (gatheredBytes + bytes > run.limits().memoryBytes()) {
      return false;
    }
    gatheredBytes += bytes;
    return true;
  }

  /** So many of them are the guest's now, or nobody's. */
  void gathered(long bytes) {
    gatheredBytes -= bytes;
  }

  /** Remembers that a body turned out too large, so that what follows is blamed on it. */
  void markOverLimit() {
    limitExceeded = true;
  }

  boolean overLimit() {
    return limitExceeded;
  }

  FunctionException limitExceeded() {
    return new FunctionException(
        Code.BODY_LIMIT,
        "the request's body is larger than " + run.limits().requestBodyBytes() + " bytes",
        null);
  }

  void respondFull(long bytes) {
    fullBytes = bytes;
  }

  /** Passes a body straight on. */
  RelayBody respondRelay(Flow.Publisher<ByteBuf> from, boolean ofRequest, Bodies bodies) {
    responseOpen = true;
    long limit = run.limits().responseBodyBytes();
    if (ofRequest) {
      limit = Math.min(limit, run.limits().requestBodyBytes());
    }
    var relay = new RelayBody(from, limit, end -> bodies.post(() -> relayed(end)));
    responseRelay = relay;
    if (ofRequest) {
      requestRelay = relay;
    }
    return relay;
  }

  void respondWriter(BodyWriter writer) {
    responseOpen = true;
    responseWriter = writer;
  }

  boolean isRequest(BodyReader reader) {
    return reader == request;
  }

  boolean isResponse(BodyWriter writer) {
    return writer == responseWriter;
  }

  /** The response's writer came to its end. */
  void responseEnded(@Nullable Code how) {
    if (responseOpen) {
      responseOpen = false;
      outcome = how;
      run.changed();
    }
  }

  boolean responseEnded() {
    return !responseOpen;
  }

  @Nullable Code outcome() {
    return outcome;
  }

  void failResponse(FunctionException why) {
    responseOpen = false;
    BodyWriter writer = responseWriter;
    if (writer != null) {
      writer.fail(why);
    }
    RelayBody relay = responseRelay;
    if (relay != null) {
      relay.fail(why);
    }
  }

  /** The response was never heard of. */
  void dropResponse() {
    responseOpen = false;
    responseWriter = null;
  }

  /** Lets go of everything; a request's body that nobody read is subscribed to and cancelled. */
  void close(@Nullable Bodies bodies) {
    Flow.Publisher<ByteBuf> publisher = run.request().body();
    if (request == null && publisher != null) {
      new BodyReader(publisher, Runnable::run, 0).cancel();
    }
    unclaimed.forEach(GuestBody::letGo);
    unclaimed = List.of();
    if (bodies != null) {
      bodies.drop(run);
    }
  }

  long bytesIn() {
    RelayBody relay = requestRelay;
    BodyReader reader = request;
    return relay != null ? relay.bytes() : reader != null ? reader.receivedBytes() : 0;
  }

  long bytesOut() {
    RelayBody relay = responseRelay;
    BodyWriter writer = responseWriter;
    return fullBytes
        + (relay != null ? relay.bytes() : 0)
        + (writer != null ? writer.writtenBytes() : 0);
  }

  private void relayed(RelayBody.End end) {
    if (end == RelayBody.End.CANCELLED) {
      run.unread();
    }
    responseEnded(
        switch (end) {
          case COMPLETE -> null;
          case FAILED -> Code.UNCAUGHT;
          case CANCELLED -> Code.CANCELLED;
          case OVER_LIMIT ->
              requestRelay != null
                      && run.limits().requestBodyBytes() < run.limits().responseBodyBytes()
                  ? Code.BODY_LIMIT
                  : Code.RESPONSE_LIMIT;
        });
    run.finishIfDone();
  }
}
