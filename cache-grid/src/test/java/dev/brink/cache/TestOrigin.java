package dev.brink.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.brink.cache.store.MemoryStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A cache, the origin behind it, and a clock that stands still: all of it in the test's thread. */
final class TestOrigin implements Upstream, AutoCloseable {
  final List<HttpRequest> requests = new ArrayList<>();
  final List<Listener> waiting = new ArrayList<>();
  private final ArrayDeque<Reply> replies = new ArrayDeque<>();
  private long millis = 1_800_000_000_000L;
  CachePolicy policy = CachePolicy.DEFAULT;

  /** Requests that only the source itself was to answer. */
  int insisted;

  /** Whether this stands for the source, and not for another cache of the mesh. */
  boolean source = true;

  final HttpCache cache;

  TestOrigin() {
    this(HttpCache.builder(MemoryStore.ofBytes(8 << 20)));
  }

  TestOrigin(HttpCacheBuilder builder) {
    cache = builder.time(() -> Instant.ofEpochMilli(millis)).build();
  }

  /** What the origin says next; with status 0 it fails. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Reply(long stamp, int status, String body, String... headers) {}

  /** What a client got. */
  static class Client implements CacheListener, Flow.Subscriber<ByteBuf> {
    final StringBuilder body = new StringBuilder();
    @Nullable HttpResponse head;
    @Nullable CacheResult result;
    @Nullable FetchFailure failure;
    @Nullable Throwable broken;
    Flow.@Nullable Subscription subscription;
    volatile boolean complete;
    long ask = Long.MAX_VALUE;

    @Override
    public void onResponse(
        HttpResponse newHead, Flow.@Nullable Publisher<ByteBuf> from, CacheResult newResult) {
      head = newHead;
      result = newResult;
      if (from != null) {
        from.subscribe(this);
      } else {
        if (newHead instanceof FullHttpResponse full) {
          body.append(full.content().toString(UTF_8));
          full.release();
        }
        complete = true;
      }
    }

    @Override
    public void onFailure(FetchFailure newFailure) {
      failure = newFailure;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
      if (ask > 0) {
        newSubscription.request(ask);
      }
    }

    @Override
    public void onNext(ByteBuf bytes) {
      body.append(bytes.toString(UTF_8));
      bytes.release();
    }

    @Override
    public void onError(Throwable cause) {
      broken = cause;
    }

    @Override
    public void onComplete() {
      complete = true;
    }

    int status() {
      return head == null ? 0 : head.status().code();
    }

    @Nullable String header(String name) {
      return head == null ? null : head.headers().get(name);
    }

    CacheResult.@Nullable Outcome outcome() {
      return result == null ? null : result.outcome();
    }
  }

  /** A body that a test sends piece by piece. */
  static final class Body implements Flow.Publisher<ByteBuf>, Flow.Subscription {
    Flow.@Nullable Subscriber<? super ByteBuf> to;
    long demand;
    boolean cancelled;

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
      to = subscriber;
      subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      demand += n;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    private Flow.Subscriber<? super ByteBuf> to() {
      if (to == null) {
        throw new AssertionError("nobody reads the body");
      }
      return to;
    }

    void send(String text) {
      demand--;
      to().onNext(Unpooled.copiedBuffer(text, UTF_8));
    }

    void end() {
      to().onComplete();
    }

    void breakOff() {
      to().onError(new IllegalStateException("broke off"));
    }
  }

  TestOrigin reply(int status, String body, String... headers) {
    return replyOfPeer(0, status, body, headers);
  }

  /** What another cache says next, of what it asked for at that stamp. */
  TestOrigin replyOfPeer(long stamp, int status, String body, String... headers) {
    replies.add(new Reply(stamp, status, body, headers));
    return this;
  }

  void pass(long seconds) {
    millis += seconds * 1000;
  }

  @Override
  public HttpCache.Running fetch(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Listener listener) {
    requests.add(request);
    Reply reply = replies.poll();
    if (reply == null) {
      waiting.add(listener);
      return () -> waiting.remove(listener);
    }
    if (reply.status == 0) {
      listener.onFailure(new FetchFailure(502, "the origin is gone", null));
    } else {
      listener.onResponse(response(reply.status, reply.body, reply.headers), null, reply.stamp);
    }
    return () -> {};
  }

  @Override
  public HttpCache.Running fetchFromSource(HttpRequest request, Listener listener) {
    insisted++;
    return fetch(request, null, listener);
  }

  @Override
  public boolean asksSource(HttpRequest request) {
    return source;
  }

  /** Answers the oldest request that waits with the head of a response, whose body is to come. */
  Body answer(int status, String... headers) {
    var body = new Body();
    waiting.removeFirst().onResponse(streaming(status, headers), body, 0);
    return body;
  }

  /** Has the request that has waited longest hear that there is no response. */
  void fail(int status) {
    waiting.removeFirst().onFailure(new FetchFailure(status, "the origin is gone", null));
  }

  /** The head of a response whose body is to come. */
  static HttpResponse streaming(int status, String... headers) {
    FullHttpResponse full = response(status, "", headers);
    return new DefaultHttpResponse(HttpVersion.HTTP_1_1, full.status(), full.headers());
  }

  static FullHttpResponse response(int status, String body, String... headers) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            Unpooled.copiedBuffer(body, UTF_8));
    for (int i = 0; i < headers.length; i += 2) {
      response.headers().add(headers[i], headers[i + 1]);
    }
    return response;
  }

  Client get(String target, String... headers) {
    return send(HttpMethod.GET, target, headers);
  }

  Client send(HttpMethod method, String target, String... headers) {
    var client = new Client();
    var _ = begin(client, method, target, headers);
    return client;
  }

  HttpCache.Running begin(Client client, HttpMethod method, String target, String... headers) {
    return cache.handle(request(method, target, headers), this, client);
  }

  CacheRequest request(HttpMethod method, String target, String... headers) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, target);
    request.headers().set("host", "example.org");
    for (int i = 0; i < headers.length; i += 2) {
      request.headers().add(headers[i], headers[i + 1]);
    }
    return new CacheRequest(request, "http", null, policy);
  }

  @Override
  public void close() {
    cache.close();
  }
}
