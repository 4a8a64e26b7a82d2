package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An origin with one file, whose bytes tell where they are in it, and the clients who read it. It
 * answers in the caller's thread unless it is told to wait.
 */
final class FileOrigin implements Upstream {
  private static final int PIECE = 48 * 1024;

  /** {@code Range} of each request; empty: it asked for all. */
  final List<String> ranges = new ArrayList<>();

  final List<HttpRequest> requests = new ArrayList<>();
  final ArrayDeque<Runnable> held = new ArrayDeque<>();
  long length;
  int version = 1;
  String etag = "\"v1\"";
  String caching = "max-age=60";
  boolean acceptsRanges = true;
  boolean holds;
  int failures;

  /** So many bodies to come break off after their first piece. */
  int breaks;

  /** So many bodies to come can't be read. */
  int unreadable;

  @Nullable String vary;
  @Nullable String tagOf304;
  boolean refusesAuthorized;

  FileOrigin(long length) {
    this.length = length;
  }

  /** The file's byte at an offset. */
  static byte at(long offset, int version) {
    return (byte) (offset * 31 + (offset >> 13) + version * 77L);
  }

  void change(int newVersion) {
    version = newVersion;
    etag = "\"v" + newVersion + "\"";
  }

  @Override
  public HttpCache.Running fetch(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Listener listener) {
    requests.add(request);
    ranges.add(request.headers().get("range", ""));
    if (holds) {
      held.add(() -> answer(request, listener));
    } else {
      answer(request, listener);
    }
    return () -> {};
  }

  /** Answers what waits, and what comes of it, until nothing does. */
  void answerAll() {
    for (Runnable next = held.poll(); next != null; next = held.poll()) {
      next.run();
    }
  }

  private void answer(HttpRequest request, Listener listener) {
    if (failures > 0) {
      failures--;
      listener.onFailure(new FetchFailure(502, "the origin is gone", null));
      return;
    }
    if (refusesAuthorized && request.headers().contains("authorization")) {
      listener.onResponse(head(403), null, 0);
      return;
    }
    if (request.headers().get("if-none-match", "").equals(etag)) {
      HttpResponse head = head(304);
      if (tagOf304 != null) {
        head.headers().set("etag", tagOf304);
      }
      listener.onResponse(head, null, 0);
      return;
    }
    String range = request.headers().get("range", "");
    String condition = request.headers().get("if-range", etag);
    if (!acceptsRanges || range.isEmpty() || !condition.equals(etag)) {
      HttpResponse head = head(200);
      head.headers().set("content-length", length);
      listener.onResponse(head, body(0, length), 0);
      return;
    }
    String[] ends = range.substring("bytes=".length()).split("-", -1);
    long first = ends[0].isEmpty() ? length - Long.parseLong(ends[1]) : Long.parseLong(ends[0]);
    long last = ends[0].isEmpty() || ends[1].isEmpty() ? length - 1 : Long.parseLong(ends[1]);
    if (first >= length) {
      HttpResponse head = head(416);
      head.headers().set("content-range", "bytes */" + length).set("content-length", 0);
      listener.onResponse(head, null, 0);
      return;
    }
    last = Math.min(last, length - 1);
    HttpResponse head = head(206);
    head.headers().set("content-range", "bytes " + first + "-" + last + "/" + length);
    head.headers().set("content-length", last - first + 1);
    listener.onResponse(head, body(first, last + 1), 0);
  }

  private Flow.Publisher<ByteBuf> body(long start, long end) {
    if (unreadable-- > 0) {
      return _ -> {
        throw new IllegalStateException("no body");
      };
    }
    return new Bytes(start, end, version, breaks-- > 0);
  }

  private HttpResponse head(int status) {
    var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    head.headers().set("cache-control", caching);
    if (!etag.isEmpty()) {
      head.headers().set("etag", etag);
    }
    if (acceptsRanges) {
      head.headers().set("accept-ranges", "bytes");
    }
    if (vary != null) {
      head.headers().set("vary", vary);
    }
    return head;
  }

  /** Some of the file, as it is asked for. */
  private static final class Bytes implements Flow.Publisher<ByteBuf>, Flow.Subscription {
    private final long end;
    private final int version;
    private final boolean breaks;
    private long at;
    private long demand;
    private boolean running;
    private boolean ended;
    private Flow.@Nullable Subscriber<? super ByteBuf> to;

    Bytes(long start, long end, int version, boolean breaks) {
      this.at = start;
      this.end = end;
      this.version = version;
      this.breaks = breaks;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
      to = subscriber;
      subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      demand += n;
      if (running || to == null) {
        return;
      }
      running = true;
      while (demand > 0 && !ended && at < end) {
        demand--;
        int size = (int) Math.min(PIECE, end - at);
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
          bytes[i] = FileOrigin.at(at + i, version);
        }
        at += size;
        to.onNext(Unpooled.wrappedBuffer(bytes));
        if (breaks && !ended) {
          ended = true;
          to.onError(new IllegalStateException("broke off"));
        }
      }
      if (!ended && at == end) {
        ended = true;
        to.onComplete();
      }
      running = false;
    }

    @Override
    public void cancel() {
      ended = true;
    }
  }

  /** Reads an answer, and checks that its bytes are those of the place they claim to be. */
  static final class Reader implements CacheListener, Flow.Subscriber<ByteBuf> {
    private final CountDownLatch over = new CountDownLatch(1);
    private final int version;
    long read;
    long firstByte;
    @Nullable String wrong;
    @Nullable HttpResponse head;
    @Nullable CacheResult result;
    @Nullable FetchFailure failure;
    @Nullable Throwable broken;
    Flow.@Nullable Subscription subscription;
    volatile boolean complete;
    boolean slow;

    Reader(int version) {
      this.version = version;
    }

    @Override
    public void onResponse(
        HttpResponse newHead, Flow.@Nullable Publisher<ByteBuf> body, CacheResult newResult) {
      head = newHead;
      result = newResult;
      String range = newHead.headers().get("content-range", "bytes 0-");
      firstByte =
          newHead.status().code() == 416
              ? 0
              : Long.parseLong(range.substring("bytes ".length(), range.indexOf('-')));
      if (body != null) {
        body.subscribe(this);
        return;
      }
      if (newHead instanceof FullHttpResponse full) {
        onNext(full.content());
      }
      onComplete();
    }

    @Override
    public void onFailure(FetchFailure newFailure) {
      failure = newFailure;
      over.countDown();
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
      newSubscription.request(slow ? 1 : Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuf bytes) {
      byte[] all = ByteBufUtil.getBytes(bytes);
      for (byte came : all) {
        byte expected = at(firstByte + read, version);
        if (wrong == null && came != expected) {
          wrong = "byte " + (firstByte + read) + ": " + came + " (expected: " + expected + ")";
        }
        read++;
      }
      bytes.release();
    }

    @Override
    public void onError(Throwable cause) {
      broken = cause;
      over.countDown();
    }

    @Override
    public void onComplete() {
      complete = true;
      over.countDown();
    }

    Reader await() throws InterruptedException {
      if (!over.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("no end within 30 s, after " + read + " bytes");
      }
      return this;
    }

    int status() {
      return head == null ? 0 : head.status().code();
    }

    String header(String name) {
      return head == null ? "" : head.headers().get(name, "");
    }
  }

  /** Asks a cache for the file. */
  Reader get(HttpCache cache, String... headers) {
    var reader = new Reader(version);
    var _ = begin(cache, reader, HttpMethod.GET, headers);
    return reader;
  }

  HttpCache.Running begin(HttpCache cache, Reader reader, HttpMethod method, String... headers) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, "/file");
    request.headers().set("host", "example.org");
    for (int i = 0; i < headers.length; i += 2) {
      request.headers().add(headers[i], headers[i + 1]);
    }
    return cache.handle(new CacheRequest(request, "http", null, CachePolicy.DEFAULT), this, reader);
  }
}
