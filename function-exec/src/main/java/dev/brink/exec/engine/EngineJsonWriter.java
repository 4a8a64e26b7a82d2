package dev.brink.exec.engine;

import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.TruffleSafepoint;
import com.oracle.truffle.api.nodes.RootNode;
import com.oracle.truffle.api.object.Shape;
import com.oracle.truffle.api.strings.TruffleString;
import com.oracle.truffle.js.runtime.JSRealm;
import com.oracle.truffle.js.runtime.SafeInteger;
import com.oracle.truffle.js.runtime.Strings;
import com.oracle.truffle.js.runtime.Symbol;
import com.oracle.truffle.js.runtime.array.ScriptArray;
import com.oracle.truffle.js.runtime.builtins.JSArray;
import com.oracle.truffle.js.runtime.builtins.JSArrayObject;
import com.oracle.truffle.js.runtime.objects.JSDynamicObject;
import com.oracle.truffle.js.runtime.objects.JSObject;
import com.oracle.truffle.js.runtime.objects.JSProperty;
import com.oracle.truffle.js.runtime.objects.Null;
import com.oracle.truffle.js.runtime.objects.Undefined;
import org.jspecify.annotations.Nullable;

/**
 * Writes one context's values as JSON texts, as ECMA-262 has {@code JSON.stringify} do it for plain
 * objects, arrays, strings, numbers, booleans and null. The engine's own does so character by
 * character, and looks each property up by its name. What is anything else, or would run code of
 * the guest's, is left to that one: nothing has happened until then that a guest could tell.
 *
 * <p>Where an object was written, one with the same properties is expected the next time. Not
 * thread-safe, as its context.
 */
@SuppressWarnings("ReferenceEquality") // a guest's objects, and their shapes, are themselves
final class EngineJsonWriter {
  private static final int MAX_DEPTH = 100;

  /** After so many values the engine may stop it. */
  private static final int PAUSE = 256;

  private final JSRealm realm;
  private final JsonShapes shapes = new JsonShapes();
  private final JsonShapes.Place whole = new JsonShapes.Place();
  private final JsonOutput text = new JsonOutput();
  private final PlainPrototypes ofObjects = new PlainPrototypes();
  private final PlainPrototypes ofArrays = new PlainPrototypes();
  private int depth;
  private int values;
  private @Nullable RootNode caller;

  /** Of an array that says nothing but its items. */
  private @Nullable Shape arrayShape;

  EngineJsonWriter(JSRealm realm) {
    this.realm = realm;
  }

  /**
   * The text of a value; undefined when that is for the engine's own writer to say.
   *
   * @param asking where the engine may stop it
   */
  @TruffleBoundary
  Object write(Object given, RootNode asking) {
    depth = 0;
    ofObjects.forget();
    ofArrays.forget();
    caller = asking;
    try {
      if (isLeftOut(given)) {
        return Undefined.instance;
      }
      value(given, whole);
      return text.toEngineString();
    } catch (LeftToEngine e) {
      return Undefined.instance;
    } finally {
      caller = null;
      text.clear();
    }
  }

  /** Whether a property with that value is not written, and an item as null. */
  private static boolean isLeftOut(Object value) {
    return value == Undefined.instance || value instanceof Symbol;
  }

  private void value(Object value, JsonShapes.Place place) {
    if (++values % PAUSE == 0) {
      TruffleSafepoint.poll(caller);
    }
    switch (value) {
      case TruffleString string -> text.addQuoted(string.toJavaStringUncached());
      case Integer number -> text.add((long) number);
      case Double number -> text.add((double) number);
      case Boolean truth -> text.add(truth ? "true" : "false");
      case SafeInteger number -> text.add(number.longValue());
      case JSArrayObject array -> array(array, place);
      case JSObject object -> object(object, place);
      default -> {
        if (value != Null.instance) {
          throw new LeftToEngine();
        }
        text.add("null");
      }
    }
  }

  private void open(char bracket) {
    if (++depth > MAX_DEPTH) {
      throw new LeftToEngine();
    }
    text.add(bracket);
  }

  private void close(char bracket) {
    depth--;
    text.add(bracket);
  }

  private void object(JSObject object, JsonShapes.Place place) {
    Shape shape = object.getShape();
    JsonShapes.Layout layout = place.likely;
    if (layout == null || layout.shape != shape) {
      layout = shapes.of(shape);
      if (layout == null) {
        throw new LeftToEngine();
      }
      place.likely = layout;
    }
    JSDynamicObject prototype = layout.prototype;
    if (!ofObjects.contain(prototype != null ? prototype : JSObject.getPrototype(object))) {
      throw new LeftToEngine();
    }
    open('{');
    boolean first = true;
    for (JsonShapes.PropertyPlace each : layout.places) {
      Object value = JSProperty.getValue(each.property, object, object, null);
      if (!isLeftOut(value)) {
        text.add(each.before, first ? 1 : 0);
        value(value, each);
        first = false;
      }
    }
    close('}');
  }

  private void array(JSArrayObject array, JsonShapes.Place place) {
    Shape shape = array.getShape();
    if (shape != arrayShape) {
      if (JSObject.getJSClass(array) != JSArray.INSTANCE || shape.hasProperty(Strings.TO_JSON)) {
        throw new LeftToEngine();
      }
      arrayShape = shape;
    }
    ScriptArray items = array.getArrayType();
    JSDynamicObject prototype = JSObject.getPrototype(array);
    if (items.hasHoles(array)
        || prototype != realm.getArrayPrototype()
        || !ofArrays.contain(prototype)) {
      throw new LeftToEngine();
    }
    open('[');
    int count = items.lengthInt(array);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        text.add(',');
      }
      Object item = items.getElementInBounds(array, i);
      value(isLeftOut(item) ? Null.instance : item, place);
    }
    close(']');
  }
}
