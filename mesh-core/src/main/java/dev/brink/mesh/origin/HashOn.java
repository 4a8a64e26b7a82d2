package dev.brink.mesh.origin;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.route.RoutePattern;
import dev.brink.placement.origin.OriginPool;
import io.netty.handler.codec.http.HttpHeaderNames;
import org.jspecify.annotations.Nullable;

/** What makes two requests go to the same server. */
sealed interface HashOn {
  /** A number for the balancer. */
  long key(Call call);

  /** The client's address. */
  record ClientIp() implements HashOn {
    @Override
    public long key(Call call) {
      return OriginPool.key(call.clientAddress());
    }
  }

  /** The path, without the query. */
  record Path() implements HashOn {
    @Override
    public long key(Call call) {
      String target = call.request().uri();
      int query = target.indexOf('?');
      return OriginPool.key(query < 0 ? target : target.substring(0, query));
    }
  }

  /** A header, of {@code Host} the name; the client's address where there is none. */
  record Header(String name) implements HashOn {
    @Override
    public long key(Call call) {
      @Nullable String value = call.request().headers().get(name);
      if (value == null) {
        return OriginPool.key(call.clientAddress());
      }
      boolean host = HttpHeaderNames.HOST.contentEqualsIgnoreCase(name);
      return OriginPool.key(host ? RoutePattern.hostName(value) : value);
    }
  }

  /**
   * From a pool's definition; empty for the client's address.
   *
   * @throws IllegalArgumentException for anything else
   */
  static HashOn parse(String text) {
    if (text.isEmpty() || text.equals("client-ip")) {
      return new ClientIp();
    }
    if (text.equals("path")) {
      return new Path();
    }
    if (text.startsWith("header:") && RequestHead.isToken(text.substring(7))) {
      return new Header(text.substring(7));
    }
    throw new IllegalArgumentException(
        "hash_on: " + text + " (expected: client-ip, path or header:NAME)");
  }
}
