package dev.brink.exec.engine;

import com.oracle.truffle.api.CompilerDirectives;
import com.oracle.truffle.api.frame.VirtualFrame;
import com.oracle.truffle.api.nodes.RootNode;
import com.oracle.truffle.api.object.DynamicObjectLibrary;
import com.oracle.truffle.api.strings.TruffleString;
import com.oracle.truffle.js.runtime.JSRuntime;
import com.oracle.truffle.js.runtime.objects.JSObject;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The keys that one context's texts have, each with how objects get a property of that name. */
final class JsonKeys {
  private static final int SLOTS = 128;

  /** With more than that, all are forgotten: a text may have keys that never come again. */
  private static final int MAX_KEYS = 512;

  private static final int MAX_KEY_CHARS = 64;

  /** A key that was met so often is worth a memory of the objects it is added to. */
  private static final int OFTEN = 4;

  /** How many shapes of objects one key is expected in. */
  private static final int SHAPES = 4;

  private final @Nullable Key[] slots = new @Nullable Key[SLOTS];
  private final Memories memories = new Memories();
  private int size;

  /** What the engine's memories of objects have to belong to. It is never run. */
  private static final class Memories extends RootNode {
    Memories() {
      super(null);
    }

    DynamicObjectLibrary another() {
      return insert(DynamicObjectLibrary.getFactory().createDispatched(SHAPES));
    }

    @Override
    public Object execute(VirtualFrame frame) {
      throw CompilerDirectives.shouldNotReachHere();
    }
  }

  /** A name of properties. */
  static final class Key {
    /** Without its quotes; empty where there are escapes, too. */
    private final char[] written;

    private final int hash;
    private final TruffleString name;

    /** None for what may be a number, which is for the engine to tell apart. */
    private final @Nullable Memories memories;

    private int met;
    private @Nullable DynamicObjectLibrary objects;
    private @Nullable Key next;

    private Key(char[] written, int hash, TruffleString name, @Nullable Memories memories) {
      this.written = written;
      this.hash = hash;
      this.name = name;
      this.memories = memories;
    }

    /** Whether it is what is written there, between quotes. One of no characters never is. */
    boolean is(char[] text, int from, int end) {
      int to = from + written.length;
      return from < to
          && to < end
          && text[to] == '"'
          && Arrays.equals(text, from, to, written, 0, written.length);
    }

    int chars() {
      return written.length;
    }

    /** Gives an object the property, instead of one of that name if it has one. */
    void put(JSObject object, Object value) {
      DynamicObjectLibrary known = objects;
      if (known != null) {
        known.put(object, name, value);
        return;
      }
      JSRuntime.createDataProperty(object, name, value);
      if (memories != null && ++met == OFTEN) {
        objects = memories.another();
      }
    }

    /** The same, where an object has so many that each one more would make a shape of its own. */
    void putInto(JSObject crowd, Object value) {
      JSRuntime.createDataProperty(crowd, name, value);
    }
  }

  /** The key that is written there, without escapes. */
  Key of(char[] text, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + text[i];
    }
    int slot = (hash ^ hash >>> 16) & SLOTS - 1;
    for (Key key = slots[slot]; key != null; key = key.next) {
      if (key.hash == hash && Arrays.equals(key.written, 0, key.written.length, text, from, to)) {
        return key;
      }
    }
    boolean plain = from == to || text[from] < '0' || text[from] > '9';
    TruffleString name = TruffleString.fromCharArrayUTF16Uncached(text, from, to - from);
    var key = new Key(Arrays.copyOfRange(text, from, to), hash, name, plain ? memories : null);
    if (to - from <= MAX_KEY_CHARS) {
      keep(slot, key);
    }
    return key;
  }

  /** A key that was written with escapes. */
  static Key escaped(TruffleString name) {
    return new Key(new char[0], 0, name, null);
  }

  private void keep(int slot, Key key) {
    if (size == MAX_KEYS) {
      Arrays.fill(slots, null);
      size = 0;
    }
    size++;
    key.next = slots[slot];
    slots[slot] = key;
  }
}
