package dev.brink.cache.field;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Structured fields (RFC 9651), read exactly as its section 4.2 says, within bounds: 16 KiB of
 * text, 1,024 members, 256 parameters, strings of 1,024 characters.
 */
public final class StructuredField {
  private static final int MAX_LENGTH = 16 * 1024;
  private static final int MAX_MEMBERS = 1024;
  private static final int MAX_PARAMETERS = 256;
  private static final int MAX_STRING = 1024;
  private static final int MAX_KEY = 64;

  /**
   * A member with its parameters.
   *
   * @param value a {@link Long}, {@link Double}, {@link String}, {@link Token}, {@link ByteBuffer}
   *     (read-only), {@link Boolean}, {@link Date}, {@link DisplayString} or {@code List<Item>}
   * @param parameters in their order
   */
  public record Item(Object value, Map<String, Object> parameters) {}

  /** A token. */
  public record Token(String text) {}

  /** A date, in seconds since the epoch. */
  public record Date(long epochSeconds) {}

  /** A string of Unicode. */
  public record DisplayString(String text) {}

  private final String text;
  private int at;

  private StructuredField(String text) {
    this.text = text;
  }

  /**
   * Reads a dictionary.
   *
   * @return in the order of the text; {@code null} when it is none
   */
  public static @Nullable Map<String, Item> dictionary(String text) {
    return text.length() > MAX_LENGTH ? null : parse(new StructuredField(text)::dictionary);
  }

  /**
   * Reads a list.
   *
   * @return {@code null} when it is none
   */
  public static @Nullable List<Item> list(String text) {
    return text.length() > MAX_LENGTH ? null : parse(new StructuredField(text)::list);
  }

  /**
   * Reads a single item.
   *
   * @return {@code null} when it is none
   */
  public static @Nullable Item item(String text) {
    return text.length() > MAX_LENGTH ? null : parse(new StructuredField(text)::wholeItem);
  }

  private interface Rule<T> {
    T read() throws Malformed;
  }

  private static <T> @Nullable T parse(Rule<T> rule) {
    try {
      return rule.read();
    } catch (Malformed _) {
      return null;
    }
  }

  private Map<String, Item> dictionary() throws Malformed {
    Map<String, Item> members = new LinkedHashMap<>();
    skipSpaces();
    while (at < text.length()) {
      check(members.size() < MAX_MEMBERS);
      String key = key();
      Item member;
      if (next('=')) {
        member = itemOrInnerList();
      } else {
        member = new Item(true, parameters());
      }
      members.remove(key);
      members.put(key, member);
      if (!separated()) {
        break;
      }
    }
    return members;
  }

  private List<Item> list() throws Malformed {
    List<Item> members = new ArrayList<>();
    skipSpaces();
    while (at < text.length()) {
      check(members.size() < MAX_MEMBERS);
      members.add(itemOrInnerList());
      if (!separated()) {
        break;
      }
    }
    return members;
  }

  private Item wholeItem() throws Malformed {
    skipSpaces();
    Item item = bareItemWithParameters();
    skipSpaces();
    check(at == text.length());
    return item;
  }

  /** The comma between members; false at the end. */
  private boolean separated() throws Malformed {
    skipWhitespace();
    if (at == text.length()) {
      return false;
    }
    check(next(','));
    skipWhitespace();
    check(at < text.length());
    return true;
  }

  private Item itemOrInnerList() throws Malformed {
    return peek() == '(' ? innerList() : bareItemWithParameters();
  }

  private Item innerList() throws Malformed {
    at++;
    List<Item> items = new ArrayList<>();
    while (true) {
      skipSpaces();
      if (next(')')) {
        return new Item(items, parameters());
      }
      check(items.size() < MAX_MEMBERS);
      items.add(bareItemWithParameters());
      check(peek() == ' ' || peek() == ')');
    }
  }

  private Item bareItemWithParameters() throws Malformed {
    Object value = bareItem();
    return new Item(value, parameters());
  }

  private Map<String, Object> parameters() throws Malformed {
    if (peek() != ';') {
      return Map.of();
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    while (next(';')) {
      check(parameters.size() < MAX_PARAMETERS);
      skipSpaces();
      String key = key();
      Object value = next('=') ? bareItem() : true;
      parameters.remove(key);
      parameters.put(key, value);
    }
    return parameters;
  }

  private Object bareItem() throws Malformed {
    char c = peek();
    return switch (c) {
      case '"' -> string();
      case ':' -> bytes();
      case '?' -> bool();
      case '@' -> date();
      case '%' -> displayString();
      default -> {
        if (c == '-' || FieldText.isDigit(c)) {
          yield number();
        }
        check(c == '*' || isAlpha(c));
        yield token();
      }
    };
  }

  private Object number() throws Malformed {
    int start = at;
    next('-');
    int firstDigit = at;
    int point = -1;
    check(FieldText.isDigit(peek()));
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '.' && point < 0) {
        check(at - firstDigit <= 12);
        point = at;
      } else if (!FieldText.isDigit(c)) {
        break;
      }
      at++;
      check(at - firstDigit <= (point < 0 ? 15 : 16));
    }
    if (point < 0) {
      return Long.valueOf(text.substring(start, at));
    }
    check(at - point >= 2 && at - point <= 4);
    return Double.valueOf(text.substring(start, at));
  }

  private String string() throws Malformed {
    var value = new StringBuilder();
    at++;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '\\') {
        char escaped = peek();
        check(escaped == '"' || escaped == '\\');
        value.append(escaped);
        at++;
      } else if (c == '"') {
        return value.toString();
      } else {
        check(c >= ' ' && c < 0x7f && value.length() < MAX_STRING);
        value.append(c);
      }
    }
    throw new Malformed();
  }

  private Token token() {
    int start = at;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (!FieldText.isTokenChar(c) && c != ':' && c != '/') {
        break;
      }
      at++;
    }
    return new Token(text.substring(start, at));
  }

  private ByteBuffer bytes() throws Malformed {
    int end = text.indexOf(':', at + 1);
    check(end > 0);
    String encoded = text.substring(at + 1, end);
    at = end + 1;
    try {
      return ByteBuffer.wrap(Base64.getDecoder().decode(encoded)).asReadOnlyBuffer();
    } catch (IllegalArgumentException _) {
      throw new Malformed();
    }
  }

  private Boolean bool() throws Malformed {
    at++;
    if (next('1')) {
      return true;
    }
    check(next('0'));
    return false;
  }

  private Date date() throws Malformed {
    at++;
    if (number() instanceof Long seconds) {
      return new Date(seconds);
    }
    throw new Malformed();
  }

  private DisplayString displayString() throws Malformed {
    at++;
    check(next('"'));
    ByteBuffer bytes = ByteBuffer.allocate(text.length() - at);
    while (at < text.length()) {
      char c = text.charAt(at++);
      check(c >= ' ' && c < 0x7f);
      if (c == '"') {
        return new DisplayString(utf8(bytes.flip()));
      }
      bytes.put(c == '%' ? escapedByte() : (byte) c);
    }
    throw new Malformed();
  }

  private byte escapedByte() throws Malformed {
    check(at + 2 <= text.length());
    int high = lowerHex(text.charAt(at++));
    int low = lowerHex(text.charAt(at++));
    check(high >= 0 && low >= 0);
    return (byte) (high << 4 | low);
  }

  private static int lowerHex(char c) {
    return c >= 'A' && c <= 'F' ? -1 : Character.digit(c, 16);
  }

  private static String utf8(ByteBuffer bytes) throws Malformed {
    try {
      CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(bytes);
      return decoded.toString();
    } catch (CharacterCodingException _) {
      throw new Malformed();
    }
  }

  private String key() throws Malformed {
    int start = at;
    char first = peek();
    check(first == '*' || (first >= 'a' && first <= 'z'));
    while (at < text.length() && isKeyChar(text.charAt(at))) {
      at++;
    }
    check(at - start <= MAX_KEY);
    return text.substring(start, at);
  }

  private static boolean isKeyChar(char c) {
    return (c >= 'a' && c <= 'z') || FieldText.isDigit(c) || "_-.*".indexOf(c) >= 0;
  }

  private static boolean isAlpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** The next character, or one that is nowhere expected at the end. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private boolean next(char expected) {
    if (peek() != expected) {
      return false;
    }
    at++;
    return true;
  }

  private void skipSpaces() {
    while (peek() == ' ') {
      at++;
    }
  }

  private void skipWhitespace() {
    while (peek() == ' ' || peek() == '\t') {
      at++;
    }
  }

  private static void check(boolean right) throws Malformed {
    if (!right) {
      throw new Malformed();
    }
  }

  /** The text is not what it should be. Without a stack trace. */
  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    private Malformed() {
      super("malformed structured field", null, false, false);
    }
  }
}
