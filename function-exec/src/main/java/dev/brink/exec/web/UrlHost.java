package dev.brink.exec.web;

import java.util.EnumSet;
import java.util.Set;
import org.graalvm.shadowed.com.ibm.icu.text.IDNA;
import org.jspecify.annotations.Nullable;

/** The host parser and serializer of the URL Standard. */
final class UrlHost {
  private static final String FORBIDDEN_HOST = "\0\t\n\r #/:<>?@[\\]^|";
  private static final String FORBIDDEN_DOMAIN = FORBIDDEN_HOST + "%\u007f";
  private static final IDNA UTS46 =
      IDNA.getUTS46Instance(IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ | IDNA.NONTRANSITIONAL_TO_ASCII);

  /** What the URL Standard does not hold against a domain: lengths and hyphens. */
  private static final Set<IDNA.Error> FORGIVEN =
      EnumSet.of(
          IDNA.Error.EMPTY_LABEL,
          IDNA.Error.LABEL_TOO_LONG,
          IDNA.Error.DOMAIN_NAME_TOO_LONG,
          IDNA.Error.LEADING_HYPHEN,
          IDNA.Error.TRAILING_HYPHEN,
          IDNA.Error.HYPHEN_3_4);

  /** The serialized host, or {@code null} when {@code input} is none. */
  static @Nullable String parse(String input, boolean special) {
    if (input.startsWith("[")) {
      return input.endsWith("]") ? Ipv6Text.parse(input.substring(1, input.length() - 1)) : null;
    }
    if (!special) {
      return containsAny(input, FORBIDDEN_HOST)
          ? null
          : PercentCode.encode(input, PercentCode.Set.C0);
    }
    String ascii = toAscii(PercentCode.decode(input));
    if (ascii == null
        || ascii.isEmpty()
        || containsControl(ascii)
        || containsAny(ascii, FORBIDDEN_DOMAIN)) {
      return null;
    }
    return endsInNumber(ascii) ? ipv4(ascii) : ascii;
  }

  private static @Nullable String toAscii(String domain) {
    boolean plain = true;
    for (int i = 0; i < domain.length(); i++) {
      plain &= domain.charAt(i) < 0x80;
    }
    String lower = plain ? lowerCase(domain) : domain;
    if (plain && !lower.contains("xn--")) {
      return lower;
    }
    var info = new IDNA.Info();
    var ascii = new StringBuilder();
    UTS46.nameToASCII(lower, ascii, info);
    for (IDNA.Error error : info.getErrors()) {
      if (!FORGIVEN.contains(error)) {
        return null;
      }
    }
    return ascii.toString();
  }

  private static boolean containsControl(String text) {
    return text.chars().anyMatch(c -> c < 0x20);
  }

  static String lowerCase(String text) {
    var lower = new StringBuilder(text);
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        lower.setCharAt(i, (char) (c + 32));
      }
    }
    return lower.toString();
  }

  private static boolean containsAny(String text, String characters) {
    return text.chars().anyMatch(c -> characters.indexOf(c) >= 0);
  }

  private static boolean endsInNumber(String domain) {
    String[] parts = domain.split("\\.", -1);
    int last = parts.length - 1;
    if (parts[last].isEmpty()) {
      if (last == 0) {
        return false;
      }
      last--;
    }
    String part = parts[last];
    if (!part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return true;
    }
    return number(part) >= 0;
  }

  private static @Nullable String ipv4(String domain) {
    String[] parts = domain.split("\\.", -1);
    int count = parts.length;
    if (parts[count - 1].isEmpty() && count > 1) {
      count--;
    }
    if (count > 4) {
      return null;
    }
    long address = 0;
    for (int i = 0; i < count; i++) {
      long part = number(parts[i]);
      long limit = i < count - 1 ? 256 : 1L << (8 * (5 - count));
      if (part < 0 || part >= limit) {
        return null;
      }
      address += i < count - 1 ? part << (8 * (3 - i)) : part;
    }
    return (address >> 24)
        + "."
        + (address >> 16 & 255)
        + "."
        + (address >> 8 & 255)
        + "."
        + (address & 255);
  }

  /** A decimal, octal or hexadecimal number, -1 for none; large ones saturate. */
  private static long number(String part) {
    if (part.isEmpty()) {
      return -1;
    }
    int radix = 10;
    int start = 0;
    if (part.startsWith("0x")) {
      radix = 16;
      start = 2;
    } else if (part.length() > 1 && part.charAt(0) == '0') {
      radix = 8;
      start = 1;
    }
    long value = 0;
    for (int i = start; i < part.length(); i++) {
      int digit = PercentCode.hex(part.charAt(i));
      if (digit < 0 || digit >= radix) {
        return -1;
      }
      value = Math.min(value * radix + digit, 1L << 40);
    }
    return value;
  }

  private UrlHost() {}
}
