package dev.brink.mesh.ingress;

import dev.brink.mesh.http.HopByHop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Takes from a request what is meant for this hop, and what a client may not say. */
final class RequestHeaders {
  private static final AsciiString PREFIX = AsciiString.cached("brink-");
  private static final AsciiString PROXY_AUTHORIZATION = AsciiString.cached("proxy-authorization");
  private static final AsciiString[] HOP_BY_HOP = {
    HttpHeaderNames.CONNECTION,
    AsciiString.cached("keep-alive"),
    AsciiString.cached("proxy-connection"),
    PROXY_AUTHORIZATION,
    HttpHeaderNames.TE,
    HttpHeaderNames.TRAILER,
    HttpHeaderNames.TRANSFER_ENCODING,
    HttpHeaderNames.UPGRADE,
    HttpHeaderNames.EXPECT,
  };
  private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");

  /**
   * For a function: changes the headers in place, and says who the client is.
   *
   * @param clientAddress empty: not known, and nothing is said
   */
  static void clean(HttpHeaders headers, String clientAddress) {
    // One look at each name costs less than looking for each of ours, and mostly there is none.
    boolean hopByHop = false;
    boolean ours = false;
    for (Iterator<Map.Entry<CharSequence, CharSequence>> i = headers.iteratorCharSequence();
        i.hasNext(); ) {
      CharSequence name = i.next().getKey();
      hopByHop |= isHopByHop(name);
      ours |= isOurs(name);
    }
    if (hopByHop) {
      removeHopByHop(headers);
    }
    if (ours) {
      removeOurs(headers);
    }
    if (clientAddress.isEmpty()) {
      headers.remove(FORWARDED_FOR);
    } else {
      headers.set(FORWARDED_FOR, clientAddress);
    }
  }

  /** The same for a request that asks for a WebSocket, which it goes on doing. */
  static void cleanUpgrade(HttpHeaders headers, String clientAddress) {
    clean(headers, clientAddress);
    headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
  }

  private static boolean isHopByHop(CharSequence name) {
    return HopByHop.is(name) || HttpHeaderNames.EXPECT.contentEqualsIgnoreCase(name);
  }

  private static boolean isOurs(CharSequence name) {
    return AsciiString.regionMatches(name, true, 0, PREFIX, 0, PREFIX.length());
  }

  private static void removeHopByHop(HttpHeaders headers) {
    HopByHop.removeNamed(headers);
    for (AsciiString name : HOP_BY_HOP) {
      headers.remove(name);
    }
  }

  /** For an origin, which takes care of the rest itself: only what a client may not say. */
  static void removeOurs(HttpHeaders headers) {
    List<CharSequence> ours = null;
    for (Iterator<Map.Entry<CharSequence, CharSequence>> i = headers.iteratorCharSequence();
        i.hasNext(); ) {
      CharSequence name = i.next().getKey();
      if (isOurs(name)) {
        ours = ours == null ? new ArrayList<>() : ours;
        ours.add(name);
      }
    }
    if (ours != null) {
      ours.forEach(headers::remove);
    }
  }

  private RequestHeaders() {}
}
