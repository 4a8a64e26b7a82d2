package dev.brink.mesh.cache;

import dev.brink.cache.HttpCache;
import dev.brink.cache.Upstream;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.link.Links;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where a copy comes from: its key's home, and nowhere else. */
final class CopyUpstream implements Upstream {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String home;
  private final Links links;
  private final Target.Cached target;
  private final String scheme;
  private volatile boolean asked;

  CopyUpstream(String home, Links links, Target.Cached target, String scheme) {
    this.home = home;
    this.links = links;
    this.target = target;
    this.scheme = scheme;
  }

  /** Whether the home was asked. */
  boolean asked() {
    return asked;
  }

  @Override
  public HttpCache.Running fetch(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Listener listener) {
    asked = true;
    var call = new Call(request, scheme, null, "", "copy", System.nanoTime() + LIMIT_NANOS);
    var answering = new Answering(listener, true, spent -> {});
    return links.execute(home, call, target.forCopy(), answering)::cancel;
  }

  @Override
  public boolean asksSource(HttpRequest request) {
    return false;
  }
}
