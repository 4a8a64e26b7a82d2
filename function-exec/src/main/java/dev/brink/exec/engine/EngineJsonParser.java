package dev.brink.exec.engine;

import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.TruffleSafepoint;
import com.oracle.truffle.api.nodes.RootNode;
import com.oracle.truffle.api.strings.TruffleString;
import com.oracle.truffle.js.runtime.JSContext;
import com.oracle.truffle.js.runtime.JSRealm;
import com.oracle.truffle.js.runtime.Strings;
import com.oracle.truffle.js.runtime.builtins.JSArray;
import com.oracle.truffle.js.runtime.builtins.JSOrdinary;
import com.oracle.truffle.js.runtime.objects.JSObject;
import com.oracle.truffle.js.runtime.objects.Null;
import com.oracle.truffle.js.runtime.objects.Undefined;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON texts (RFC 8259) to one context's values. The engine's own reads character by
 * character through its strings, and adds property by property as if each object were the first of
 * its kind.
 *
 * <p>Objects that follow one another in a text mostly have the same keys in the same order. The
 * first one leaves them behind, as a chain of {@linkplain Member members}; in the next ones what is
 * written is compared with what is expected in its place. Not thread-safe, as its context.
 */
final class EngineJsonParser {
  private static final int MAX_CHARS = 8 << 20;
  private static final int MAX_DEPTH = 100;

  /** An object of more properties has a shape that no other will have. */
  private static final int MAX_SHAPED = 128;

  private static final int MAX_KEPT_CHARS = 64 * 1024;
  private static final int MAX_KEPT_ITEMS = 4096;
  private static final int FIRST_ITEMS = 32;

  /** After so many values the engine may stop it. */
  private static final int PAUSE = 256;

  /** So many digits, and such a power of ten, are a double each: their quotient is rounded once. */
  private static final int EXACT_DIGITS = 15;

  private static final double[] POWERS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  private static final int END = -1;

  private final JSRealm realm;
  private final JSContext context;
  private final JsonKeys keys = new JsonKeys();

  /** Of what a text says as a whole, which is no object's property. */
  private final JsonKeys.Key whole = JsonKeys.escaped(Strings.EMPTY_STRING);

  // What is being read, the place in it, and how many objects and arrays are around that.
  private char[] text = {};
  private int length;
  private int at;
  private int depth;
  private int values;
  private @Nullable RootNode caller;

  /** Of the arrays that are being read, one after the other. */
  private Object[] items = new Object[FIRST_ITEMS];

  private int itemCount;

  /** A key of an object, the one that came after it, and the first one of its value. */
  private static final class Member {
    final JsonKeys.Key key;
    @Nullable Member after;
    @Nullable Member inner;

    Member(JsonKeys.Key key) {
      this.key = key;
    }
  }

  /** It is no JSON, or not for this parser. */
  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unreadable() {
      super(null, null, false, false);
    }
  }

  EngineJsonParser(JSRealm realm) {
    this.realm = realm;
    this.context = realm.getContext();
  }

  /**
   * What a text says; undefined when that is for the engine's own parser to say.
   *
   * @param asking where the engine may stop it
   */
  @TruffleBoundary
  Object parse(Object given, RootNode asking) {
    if (!(given instanceof TruffleString string)) {
      return Undefined.instance;
    }
    String all = string.toJavaStringUncached();
    length = all.length();
    if (length > MAX_CHARS) {
      return Undefined.instance;
    }
    try {
      if (text.length < length) {
        text = new char[Math.max(length, Math.min(2 * text.length, MAX_KEPT_CHARS))];
      }
      all.getChars(0, length, text, 0);
      at = 0;
      depth = 0;
      itemCount = 0;
      caller = asking;
      Object out = value(solid(), new Member(whole));
      return solid() == END ? out : Undefined.instance;
    } catch (Unreadable e) {
      return Undefined.instance;
    } finally {
      forget();
    }
  }

  private void forget() {
    caller = null;
    if (text.length > MAX_KEPT_CHARS) {
      text = new char[0];
    }
    if (items.length > MAX_KEPT_ITEMS) {
      items = new Object[FIRST_ITEMS];
    } else {
      Arrays.fill(items, 0, itemCount, null);
    }
    itemCount = 0;
  }

  // Characters.

  private int code() {
    return at < length ? text[at] : END;
  }

  /** The first code that is no white space, from here. */
  private int solid() {
    int c = code();
    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      at++;
      c = code();
    }
    return c;
  }

  /** The same, from the place after this one. */
  private int next() {
    at++;
    int c = code();
    return c > ' ' ? c : solid();
  }

  // Values.

  private Object value(int first, Member expected) {
    if (++values % PAUSE == 0) {
      TruffleSafepoint.poll(caller);
    }
    return switch (first) {
      case '"' -> string();
      case '{' -> object(expected);
      case '[' -> array(expected);
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", Null.instance);
      default -> number(first);
    };
  }

  private Object word(String word, Object meaning) {
    int size = word.length();
    if (length - at < size) {
      throw new Unreadable();
    }
    for (int i = 1; i < size; i++) {
      if (text[at + i] != word.charAt(i)) {
        throw new Unreadable();
      }
    }
    at += size;
    return meaning;
  }

  private void open() {
    if (++depth > MAX_DEPTH) {
      throw new Unreadable();
    }
  }

  private void close() {
    at++;
    depth--;
  }

  /** What comes after an item: the end, or the first code of another one. */
  private int afterItem(int end) {
    int c = solid();
    if (c == end) {
      return c;
    }
    int another = c == ',' ? next() : end;
    if (another == end) {
      throw new Unreadable();
    }
    return another;
  }

  private Object object(Member expected) {
    open();
    JSObject out = JSOrdinary.create(context, realm);
    Member before = null;
    Member likely = expected.inner;
    int size = 0;
    int c = next();
    while (c != '}') {
      Member member = member(c, likely);
      if (member != likely) {
        if (before == null) {
          expected.inner = member;
        } else {
          before.after = member;
        }
      }
      if (solid() != ':') {
        throw new Unreadable();
      }
      Object item = value(next(), member);
      if (++size <= MAX_SHAPED) {
        member.key.put(out, item);
      } else {
        member.key.putInto(out, item);
      }
      before = member;
      likely = member.after;
      c = afterItem('}');
    }
    close();
    return out;
  }

  private Member member(int first, @Nullable Member likely) {
    if (first != '"') {
      throw new Unreadable();
    }
    int from = at + 1;
    if (likely != null && likely.key.is(text, from, length)) {
      at = from + likely.key.chars() + 1;
      return likely;
    }
    int end = plainEnd(from);
    if (text[end] == '"') {
      at = end + 1;
      return new Member(keys.of(text, from, end));
    }
    return new Member(JsonKeys.escaped(withEscapes(from, end)));
  }

  private Object array(Member expected) {
    open();
    int from = itemCount;
    boolean ints = true;
    boolean numbers = true;
    int c = next();
    while (c != ']') {
      Object item = value(c, expected);
      ints &= item instanceof Integer;
      numbers &= item instanceof Number;
      if (itemCount == items.length) {
        items = Arrays.copyOf(items, 2 * itemCount);
      }
      items[itemCount++] = item;
      c = afterItem(']');
    }
    close();
    Object out = array(from, ints, numbers);
    Arrays.fill(items, from, itemCount, null);
    itemCount = from;
    return out;
  }

  /** An array of the items from there, of the kind that the engine makes of such. */
  private Object array(int from, boolean ints, boolean numbers) {
    int size = itemCount - from;
    if (size == 0) {
      return JSArray.createEmptyZeroLength(context, realm);
    }
    if (ints) {
      var out = new int[size];
      for (int i = 0; i < size; i++) {
        out[i] = (Integer) items[from + i];
      }
      return JSArray.createZeroBasedIntArray(context, realm, out);
    }
    if (numbers) {
      var out = new double[size];
      for (int i = 0; i < size; i++) {
        out[i] = ((Number) items[from + i]).doubleValue();
      }
      return JSArray.createZeroBasedDoubleArray(context, realm, out);
    }
    return JSArray.createZeroBasedObjectArray(
        context, realm, Arrays.copyOfRange(items, from, itemCount));
  }

  // Strings.

  private Object string() {
    int from = at + 1;
    int end = plainEnd(from);
    if (text[end] != '"') {
      return withEscapes(from, end);
    }
    at = end + 1;
    return TruffleString.fromCharArrayUTF16Uncached(text, from, end - from);
  }

  /** Where the first quote or backslash is, from there. */
  private int plainEnd(int from) {
    char[] all = text;
    int end = length;
    for (int i = from; i < end; i++) {
      char c = all[i];
      if (c == '"' || c == '\\') {
        return i;
      }
      if (c < ' ') {
        break;
      }
    }
    throw new Unreadable();
  }

  private TruffleString withEscapes(int from, int first) {
    var out = new StringBuilder(first - from + 16);
    int start = from;
    int end = first;
    while (text[end] == '\\') {
      out.append(text, start, end - start);
      at = end + 1;
      out.append(escaped());
      start = at;
      end = plainEnd(start);
    }
    out.append(text, start, end - start);
    at = end + 1;
    return TruffleString.fromJavaStringUncached(out.toString(), TruffleString.Encoding.UTF_16);
  }

  private char escaped() {
    int c = code();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> (char) c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> (char) (hex() << 12 | hex() << 8 | hex() << 4 | hex());
      default -> throw new Unreadable();
    };
  }

  private int hex() {
    int c = code();
    at++;
    if (isDigit(c)) {
      return c - '0';
    }
    int lower = c | 0x20;
    if (lower < 'a' || lower > 'f') {
      throw new Unreadable();
    }
    return lower - 'a' + 10;
  }

  // Numbers.

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private Object number(int first) {
    int start = at;
    boolean negative = first == '-';
    if (negative) {
      at++;
    }
    int from = at;
    long digits = digits(0);
    int count = at - from;
    if (count == 0 || (count > 1 && text[from] == '0')) {
      throw new Unreadable();
    }
    int places = 0;
    if (code() == '.') {
      int point = at++;
      digits = digits(digits);
      places = at - point - 1;
      if (places == 0) {
        throw new Unreadable();
      }
    }
    boolean scaled = code() == 'e' || code() == 'E';
    if (scaled) {
      exponent();
    }
    if (scaled || count + places > EXACT_DIGITS) {
      return Double.parseDouble(new String(text, start, at - start));
    }
    if (places > 0 || digits > Integer.MAX_VALUE || (negative && digits == 0)) {
      double size = digits / POWERS[places];
      return negative ? -size : size;
    }
    return (int) (negative ? -digits : digits);
  }

  /** What digits say from here, after those that said {@code before}. */
  private long digits(long before) {
    long out = before;
    for (int c = code(); isDigit(c); c = code()) {
      out = out * 10 + (c - '0');
      at++;
    }
    return out;
  }

  private void exponent() {
    at++;
    if (code() == '+' || code() == '-') {
      at++;
    }
    int from = at;
    digits(0);
    if (at == from) {
      throw new Unreadable();
    }
  }
}
