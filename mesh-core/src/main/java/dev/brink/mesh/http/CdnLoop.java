package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which networks have passed a request on: RFC 8586. All meshes are {@code brink} there, so that
 * two that send requests to each other are a loop as well. A parameter with an id, which no client
 * can guess, says which mesh it was.
 *
 * <p>Thread-safe.
 */
public final class CdnLoop {
  /** The header. */
  public static final AsciiString NAME = AsciiString.cached("cdn-loop");

  /** How often a request may have been passed on; one that comes back after that is in a loop. */
  public static final int MOST_PASSES = 8;

  private static final String NETWORK = "brink";
  private static final String PARAMETER = "mesh=";
  private static final int ID_BYTES = 16;
  private static final Pattern ID = Pattern.compile("[0-9a-f]{" + 2 * ID_BYTES + "}");

  /** What a request is passed on with, and what it was before, as some may still be under way. */
  private record Marks(String id, String idBefore, String mark) {
    static Marks of(String id, String idBefore) {
      return new Marks(id, idBefore, NETWORK + ";" + PARAMETER + id);
    }

    Marks next(String adopted) {
      return adopted.equals(id) ? this : of(adopted, id);
    }

    boolean has(String found) {
      return same(id, found) || same(idBefore, found);
    }

    /** Takes as long whatever is the same at the beginning. */
    private static boolean same(String known, String found) {
      return MessageDigest.isEqual(known.getBytes(US_ASCII), found.getBytes(US_ASCII));
    }
  }

  private volatile Marks marks;

  private CdnLoop(String id) {
    marks = Marks.of(id, id);
  }

  /** Of a mesh with an id of its own. */
  public static CdnLoop create() {
    byte[] id = new byte[ID_BYTES];
    new SecureRandom().nextBytes(id);
    return new CdnLoop(HexFormat.of().formatHex(id));
  }

  /** Whether a request with such headers has been passed on too often, by whatever mesh. */
  public static boolean isIn(HttpHeaders headers) {
    if (!headers.contains(NAME)) {
      return false;
    }
    return count(headers, parts -> parts.getFirst().equalsIgnoreCase(NETWORK)) >= MOST_PASSES;
  }

  /** The id of this mesh. */
  public String id() {
    return marks.id();
  }

  /**
   * Takes another id from now on. What was passed on with the last one is still known.
   *
   * @throws IllegalArgumentException when it is none
   */
  public void adopt(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "id: " + id.length() + " characters (expected: " + 2 * ID_BYTES + " hexadecimal digits)");
    }
    synchronized (this) {
      marks = marks.next(id);
    }
  }

  /** Whether this mesh has passed a request with such headers on already. */
  public boolean hasPassed(HttpHeaders headers) {
    if (!headers.contains(NAME)) {
      return false;
    }
    Marks now = marks;
    return count(headers, parts -> isOf(now, parts)) > 0;
  }

  private static boolean isOf(Marks marks, List<String> parts) {
    return parts.getFirst().equalsIgnoreCase(NETWORK)
        && parts.stream()
            .skip(1)
            .filter(part -> part.toLowerCase(Locale.ROOT).startsWith(PARAMETER))
            .anyMatch(part -> marks.has(part.substring(PARAMETER.length())));
  }

  /** The value to pass such a request on with. */
  public String next(HttpHeaders headers) {
    if (!headers.contains(NAME)) {
      return marks.mark();
    }
    List<String> passed = new ArrayList<>(headers.getAll(NAME));
    passed.removeIf(String::isBlank);
    passed.add(marks.mark());
    return String.join(", ", passed);
  }

  /** How many networks are such, by their id and their parameters. */
  private static int count(HttpHeaders headers, Predicate<List<String>> such) {
    int count = 0;
    for (String value : headers.getAll(NAME)) {
      for (String network : split(value, ",")) {
        count += such.test(split(network, ";")) ? 1 : 0;
      }
    }
    return count;
  }

  /** Quotes mean nothing: one that a client has begun and not ended must hide no mark of ours. */
  private static List<String> split(String text, String separator) {
    return Arrays.stream(text.split(separator, -1)).map(String::trim).toList();
  }
}
