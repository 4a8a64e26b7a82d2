package dev.brink.samples.cache;

import com.sun.net.httpserver.HttpExchange;
import dev.brink.cache.CacheListener;
import dev.brink.cache.CacheResult;
import dev.brink.cache.FetchFailure;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** What the cache gives for a request, sent by the thread that waits for it. */
final class Reply implements CacheListener {
  /** What the server says itself. */
  private static final Set<String> FRAMING =
      Set.of("connection", "content-length", "transfer-encoding");

  private final HttpExchange exchange;
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();

  Reply(HttpExchange exchange) {
    this.exchange = exchange;
  }

  private record Answer(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {}

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
    answer.complete(new Answer(head, body));
  }

  @Override
  public void onFailure(FetchFailure failure) {
    answer.completeExceptionally(new IOException(failure.status() + " " + failure.detail()));
  }

  /** Waits for the answer and sends it. A body that breaks off ends the connection. */
  void send() throws IOException {
    Answer got;
    try {
      got = answer.get();
    } catch (ExecutionException _) {
      exchange.sendResponseHeaders(502, -1);
      exchange.close();
      return;
    } catch (InterruptedException _) {
      throw interrupted();
    }
    got.head.headers().forEach(this::header);
    int status = got.head.status().code();
    boolean empty = exchange.getRequestMethod().equals("HEAD") || status == 204 || status == 304;
    if (got.head instanceof FullHttpResponse full) {
      try {
        int length = empty ? 0 : full.content().readableBytes();
        exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
        full.content().readBytes(exchange.getResponseBody(), length);
      } finally {
        full.release();
      }
    } else {
      exchange.sendResponseHeaders(status, empty || got.body == null ? -1 : 0);
      if (got.body != null && !empty) {
        new Parts(got.body).copyTo(exchange.getResponseBody());
      }
    }
    exchange.close();
  }

  private void header(Map.Entry<String, String> field) {
    if (!FRAMING.contains(field.getKey().toLowerCase(Locale.ROOT))) {
      exchange.getResponseHeaders().add(field.getKey(), field.getValue());
    }
  }

  private static IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted (expected: an answer)");
  }

  /** A body, read piece by piece: the next one is asked for when the last one is written. */
  private static final class Parts implements Flow.Subscriber<ByteBuf> {
    private static final Object END = new Object();

    private final BlockingQueue<Object> parts = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private volatile @Nullable Throwable failed;

    Parts(Flow.Publisher<ByteBuf> body) {
      body.subscribe(this);
    }

    void copyTo(OutputStream out) throws IOException {
      Flow.Subscription source = subscription.join();
      try {
        source.request(1);
        while (parts.take() instanceof ByteBuf part) {
          try {
            part.readBytes(out, part.readableBytes());
          } finally {
            part.release();
          }
          source.request(1);
        }
      } catch (InterruptedException _) {
        source.cancel();
        throw interrupted();
      } catch (IOException e) {
        source.cancel();
        throw e;
      }
      if (failed != null) {
        throw new IOException("the body broke off", failed);
      }
    }

    @Override
    public void onSubscribe(Flow.Subscription source) {
      subscription.complete(source);
    }

    @Override
    public void onNext(ByteBuf bytes) {
      parts.add(bytes);
    }

    @Override
    public void onError(Throwable failure) {
      failed = failure;
      parts.add(END);
    }

    @Override
    public void onComplete() {
      parts.add(END);
    }
  }
}
