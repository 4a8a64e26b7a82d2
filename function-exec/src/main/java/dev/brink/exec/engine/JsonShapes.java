package dev.brink.exec.engine;

import com.oracle.truffle.api.object.Property;
import com.oracle.truffle.api.object.Shape;
import com.oracle.truffle.api.strings.TruffleString;
import com.oracle.truffle.js.runtime.Strings;
import com.oracle.truffle.js.runtime.builtins.JSOrdinary;
import com.oracle.truffle.js.runtime.objects.JSDynamicObject;
import com.oracle.truffle.js.runtime.objects.JSProperty;
import com.oracle.truffle.js.runtime.objects.JSShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How one context's objects are written as JSON, by the shapes that the engine gives them. */
final class JsonShapes {
  private static final int SLOTS = 128;

  /** With more than that, all are forgotten: a shape may never come again. */
  private static final int MAX_SHAPES = 512;

  private final @Nullable Layout[] slots = new @Nullable Layout[SLOTS];
  private int size;

  /** Where a value is in what was written before: the whole, or a property; also its items. */
  static class Place {
    /** Of the object that was here last. */
    @Nullable Layout likely;
  }

  /** That of a property. */
  static final class PropertyPlace extends Place {
    final Property property;

    /** A comma, the name in quotes, and a colon. */
    final char[] before;

    private PropertyPlace(Property property, char[] before) {
      this.property = property;
      this.before = before;
    }
  }

  /** The enumerable properties of the objects of a shape, in their order. */
  static final class Layout {
    final Shape shape;
    final PropertyPlace[] places;

    /** {@code null}: each object says itself. */
    final @Nullable JSDynamicObject prototype;

    private final @Nullable Layout next;

    private Layout(
        Shape shape,
        PropertyPlace[] places,
        @Nullable JSDynamicObject prototype,
        @Nullable Layout next) {
      this.shape = shape;
      this.places = places;
      this.prototype = prototype;
      this.next = next;
    }
  }

  /**
   * The layout of the objects of a shape; {@code null} when some do more than to have values: that
   * is for the engine.
   */
  @Nullable Layout of(Shape shape) {
    int slot = System.identityHashCode(shape) & SLOTS - 1;
    for (Layout layout = slots[slot]; layout != null; layout = layout.next) {
      if (layout.shape == shape) {
        return layout;
      }
    }
    PropertyPlace[] places = isOrdinary(shape) ? places(shape) : null;
    if (places == null) {
      return null;
    }
    if (size == MAX_SHAPES) {
      Arrays.fill(slots, null);
      size = 0;
    }
    size++;
    var layout = new Layout(shape, places, prototype(shape), slots[slot]);
    slots[slot] = layout;
    return layout;
  }

  private static boolean isOrdinary(Shape shape) {
    return JSShape.getJSClassNoCast(shape) == JSOrdinary.INSTANCE;
  }

  private static @Nullable JSDynamicObject prototype(Shape shape) {
    return JSShape.isPrototypeInShape(shape)
        ? (JSDynamicObject) JSShape.getPrototypeProperty(shape).getLocation().getConstantValue()
        : null;
  }

  private static PropertyPlace @Nullable [] places(Shape shape) {
    if (shape.hasProperty(Strings.TO_JSON)) {
      return null;
    }
    List<PropertyPlace> places = new ArrayList<>();
    for (Property property : JSShape.getPropertiesIfHasEnumerablePropertyNames(shape)) {
      if (property.getKey() instanceof TruffleString name && JSProperty.isEnumerable(property)) {
        if (!JSProperty.isData(property) || JSProperty.isDataSpecial(property)) {
          return null;
        }
        places.add(new PropertyPlace(property, before(name)));
      }
    }
    return places.toArray(PropertyPlace[]::new);
  }

  private static char[] before(TruffleString name) {
    var out = new JsonOutput();
    out.add(',');
    out.addQuoted(name.toJavaStringUncached());
    out.add(':');
    return out.toChars();
  }
}
