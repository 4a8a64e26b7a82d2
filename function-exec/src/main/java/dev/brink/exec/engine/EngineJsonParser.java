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

  private static final int MAX_KEPT_ITEMS = 4096;
  private static final int FIRST_ITEMS = 32;

  /** After so many values the engine may stop it. */
  private static final int PAUSE = 256;

  private final JSRealm realm;
  private final JSContext context;
  private final JsonKeys keys = new JsonKeys();

  /** Of what a text says as a whole, which is no object's property. */
  private final JsonKeys.Key whole = JsonKeys.escaped(Strings.EMPTY_STRING);

  private final JsonInput text = new JsonInput();
  private final JsonStrings strings = new JsonStrings(text);
  private final JsonNumbers numbers = new JsonNumbers(text);

  // How many objects and arrays are around the place in it, and how many values came before.
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
    if (all.length() > MAX_CHARS) {
      return Undefined.instance;
    }
    try {
      text.begin(all);
      depth = 0;
      itemCount = 0;
      caller = asking;
      Object out = value(text.solid(), new Member(whole));
      return text.solid() == JsonInput.END ? out : Undefined.instance;
    } catch (JsonInput.Unreadable e) {
      return Undefined.instance;
    } finally {
      forget();
    }
  }

  private void forget() {
    caller = null;
    text.forget();
    if (items.length > MAX_KEPT_ITEMS) {
      items = new Object[FIRST_ITEMS];
    } else {
      Arrays.fill(items, 0, itemCount, null);
    }
    itemCount = 0;
  }

  private Object value(int first, Member expected) {
    if (++values % PAUSE == 0) {
      TruffleSafepoint.poll(caller);
    }
    return switch (first) {
      case '"' -> strings.read();
      case '{' -> object(expected);
      case '[' -> array(expected);
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", Null.instance);
      default -> numbers.read(first);
    };
  }

  private Object word(String word, Object meaning) {
    int size = word.length();
    if (text.length - text.at < size) {
      throw new JsonInput.Unreadable();
    }
    for (int i = 1; i < size; i++) {
      if (text.chars[text.at + i] != word.charAt(i)) {
        throw new JsonInput.Unreadable();
      }
    }
    text.at += size;
    return meaning;
  }

  private void open() {
    if (++depth > MAX_DEPTH) {
      throw new JsonInput.Unreadable();
    }
  }

  private void close() {
    text.at++;
    depth--;
  }

  /** What comes after an item: the end, or the first code of another one. */
  private int afterItem(int end) {
    int c = text.solid();
    if (c == end) {
      return c;
    }
    int another = c == ',' ? text.next() : end;
    if (another == end) {
      throw new JsonInput.Unreadable();
    }
    return another;
  }

  private Object object(Member expected) {
    open();
    JSObject out = JSOrdinary.create(context, realm);
    Member before = null;
    Member likely = expected.inner;
    int size = 0;
    int c = text.next();
    while (c != '}') {
      Member member = member(c, likely);
      if (member != likely) {
        if (before == null) {
          expected.inner = member;
        } else {
          before.after = member;
        }
      }
      if (text.solid() != ':') {
        throw new JsonInput.Unreadable();
      }
      Object item = value(text.next(), member);
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
      throw new JsonInput.Unreadable();
    }
    int from = text.at + 1;
    if (likely != null && likely.key.is(text.chars, from, text.length)) {
      text.at = from + likely.key.chars() + 1;
      return likely;
    }
    int end = strings.plainEnd(from);
    if (text.chars[end] == '"') {
      text.at = end + 1;
      return new Member(keys.of(text.chars, from, end));
    }
    return new Member(JsonKeys.escaped(strings.withEscapes(from, end)));
  }

  private Object array(Member expected) {
    open();
    int from = itemCount;
    boolean ints = true;
    boolean allNumbers = true;
    int c = text.next();
    while (c != ']') {
      Object item = value(c, expected);
      ints &= item instanceof Integer;
      allNumbers &= item instanceof Number;
      if (itemCount == items.length) {
        items = Arrays.copyOf(items, 2 * itemCount);
      }
      items[itemCount++] = item;
      c = afterItem(']');
    }
    close();
    Object out = array(from, ints, allNumbers);
    Arrays.fill(items, from, itemCount, null);
    itemCount = from;
    return out;
  }

  /** An array of the items from there, of the kind that the engine makes of such. */
  private Object array(int from, boolean ints, boolean allNumbers) {
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
    if (allNumbers) {
      var out = new double[size];
      for (int i = 0; i < size; i++) {
        out[i] = ((Number) items[from + i]).doubleValue();
      }
      return JSArray.createZeroBasedDoubleArray(context, realm, out);
    }
    return JSArray.createZeroBasedObjectArray(
        context, realm, Arrays.copyOfRange(items, from, itemCount));
  }
}
