package dev.brink.mesh.cache;

import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.CopyOffers;
import dev.brink.mesh.proto.CopyUse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What this node's copies were used for, until the homes of their keys are told: they would not
 * know that what a node has a copy of is popular there. Thread-safe.
 */
final class CopyUses {
  private static final int MAX_KEYS = 256;
  private static final List<AsciiString> SELECTING =
      List.of(
          HttpHeaderNames.ACCEPT,
          HttpHeaderNames.ACCEPT_ENCODING,
          HttpHeaderNames.ACCEPT_LANGUAGE,
          HttpHeaderNames.ORIGIN);

  private final String node;

  // Guarded by itself.
  private final Map<Wanted, Use> uses = new LinkedHashMap<>();

  private record Use(String home, HttpRequest request, int times) {}

  /**
   * @param node this one
   */
  CopyUses(String node) {
    this.node = node;
  }

  /** A copy was used; what is too much is not told. */
  void used(Wanted wanted, HttpRequest request, String home, int times) {
    synchronized (uses) {
      Use before = uses.get(wanted);
      if (before != null || uses.size() < MAX_KEYS) {
        int all = times + (before == null ? 0 : before.times());
        uses.put(wanted, new Use(home, selecting(wanted, request), all));
      }
    }
  }

  private static HttpRequest selecting(Wanted wanted, HttpRequest request) {
    HttpRequest like = wanted.request();
    for (AsciiString name : SELECTING) {
      String value = request.headers().get(name);
      if (value != null) {
        like.headers().set(name, value);
      }
    }
    return like;
  }

  /** Tells the homes, each of its own keys. */
  void tell(Links links) {
    Map<Wanted, Use> all;
    synchronized (uses) {
      all = new LinkedHashMap<>(uses);
      uses.clear();
    }
    Map<String, CopyOffers.Builder> messages = new HashMap<>();
    all.forEach(
        (wanted, use) ->
            messages
                .computeIfAbsent(use.home(), any -> CopyOffers.newBuilder().setNode(node))
                .addUses(message(wanted, use)));
    messages.forEach((home, message) -> links.offer(home, message.build()));
  }

  private static CopyUse message(Wanted wanted, Use use) {
    CopyUse.Builder message =
        CopyUse.newBuilder()
            .setTenant(wanted.target().tenant())
            .setName(wanted.target().name())
            .setDigest(wanted.target().digest())
            .setScheme(wanted.scheme())
            .setHost(wanted.host())
            .setUri(wanted.uri())
            .setTimes(use.times());
    HttpHeaders headers = use.request().headers();
    for (AsciiString name : SELECTING) {
      String value = headers.get(name);
      if (value != null) {
        message.putFields(name.toString(), value);
      }
    }
    return message.build();
  }

  /** What a peer says it used. */
  static Wanted wanted(CopyUse use) {
    var target = new Target.Cached(use.getTenant(), use.getName(), use.getDigest());
    return new Wanted(target, use.getScheme(), use.getHost(), use.getUri());
  }
}
