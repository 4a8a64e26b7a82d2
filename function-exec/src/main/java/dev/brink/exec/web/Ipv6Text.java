package dev.brink.exec.web;

import org.jspecify.annotations.Nullable;

/** The IPv6 parser and serializer of the URL Standard. */
final class Ipv6Text {
  private final String input;
  private final int[] pieces = new int[8];
  private int at;
  private int piece;
  private int compress = -1;

  private Ipv6Text(String input) {
    this.input = input;
  }

  /** The serialized address in brackets, or {@code null} when {@code input} is none. */
  static @Nullable String parse(String input) {
    var text = new Ipv6Text(input);
    return text.read() ? text.serialize() : null;
  }

  private int peek() {
    return at < input.length() ? input.charAt(at) : -1;
  }

  private boolean read() {
    if (peek() == ':') {
      if (!input.startsWith("::")) {
        return false;
      }
      at += 2;
      piece++;
      compress = piece;
    }
    while (peek() >= 0) {
      if (piece == 8) {
        return false;
      }
      if (peek() == ':') {
        if (compress >= 0) {
          return false;
        }
        at++;
        piece++;
        compress = piece;
        continue;
      }
      int value = 0;
      int length = 0;
      while (length < 4 && PercentCode.hex(peek()) >= 0) {
        value = value << 4 | PercentCode.hex(peek());
        at++;
        length++;
      }
      if (peek() == '.') {
        at -= length;
        if (length == 0 || piece > 6 || !readIpv4()) {
          return false;
        }
        break;
      }
      if (peek() == ':') {
        at++;
        if (peek() < 0) {
          return false;
        }
      } else if (peek() >= 0) {
        return false;
      }
      pieces[piece++] = value;
    }
    return expand();
  }

  private boolean readIpv4() {
    int seen = 0;
    while (peek() >= 0) {
      if (seen > 0) {
        if (peek() != '.' || seen >= 4) {
          return false;
        }
        at++;
      }
      int value = -1;
      while (peek() >= '0' && peek() <= '9') {
        int digit = peek() - '0';
        if (value == 0) {
          return false;
        }
        value = value < 0 ? digit : value * 10 + digit;
        if (value > 255) {
          return false;
        }
        at++;
      }
      if (value < 0) {
        return false;
      }
      pieces[piece] = pieces[piece] << 8 | value;
      seen++;
      if (seen == 2 || seen == 4) {
        piece++;
      }
    }
    return seen == 4;
  }

  private boolean expand() {
    if (compress < 0) {
      return piece == 8;
    }
    int swaps = piece - compress;
    int to = 7;
    while (to != 0 && swaps > 0) {
      int from = compress + swaps - 1;
      int value = pieces[to];
      pieces[to] = pieces[from];
      pieces[from] = value;
      to--;
      swaps--;
    }
    return true;
  }

  private String serialize() {
    int longest = -1;
    int longestLength = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && pieces[end] == 0) {
        end++;
      }
      if (end - i > longestLength) {
        longest = i;
        longestLength = end - i;
      }
      i = Math.max(i, end - 1);
    }
    var text = new StringBuilder("[");
    for (int i = 0; i < 8; i++) {
      if (i == longest) {
        text.append(i == 0 ? "::" : ":");
        i += longestLength - 1;
        continue;
      }
      text.append(Integer.toHexString(pieces[i]));
      if (i < 7) {
        text.append(':');
      }
    }
    return text.append(']').toString();
  }
}
