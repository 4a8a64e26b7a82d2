package dev.brink.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.Flow;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** What a client got, in bytes. */
final class BytesClient implements CacheListener, Flow.Subscriber<ByteBuf> {
  final ByteArrayOutputStream body = new ByteArrayOutputStream();
  @Nullable HttpResponse head;
  @Nullable Throwable broken;
  volatile boolean complete;

  @Override
  public void onResponse(
      HttpResponse newHead, Flow.@Nullable Publisher<ByteBuf> from, CacheResult result) {
    head = newHead;
    if (from != null) {
      from.subscribe(this);
      return;
    }
    if (newHead instanceof FullHttpResponse full) {
      onNext(full.content());
    }
    complete = true;
  }

  @Override
  public void onFailure(FetchFailure failure) {
    broken = new IllegalStateException(failure.detail());
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(ByteBuf bytes) {
    byte[] all = new byte[bytes.readableBytes()];
    bytes.readBytes(all);
    body.writeBytes(all);
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

  @Nullable String header(String name) {
    return requireNonNull(head).headers().get(name);
  }

  String unzipped() throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(body.toByteArray()))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
