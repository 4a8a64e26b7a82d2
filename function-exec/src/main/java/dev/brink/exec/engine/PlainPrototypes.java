package dev.brink.exec.engine;

import com.oracle.truffle.api.object.Shape;
import com.oracle.truffle.js.runtime.Strings;
import com.oracle.truffle.js.runtime.builtins.JSArray;
import com.oracle.truffle.js.runtime.builtins.JSObjectPrototype;
import com.oracle.truffle.js.runtime.builtins.JSOrdinary;
import com.oracle.truffle.js.runtime.objects.JSDynamicObject;
import com.oracle.truffle.js.runtime.objects.JSObject;
import com.oracle.truffle.js.runtime.objects.Null;
import org.jspecify.annotations.Nullable;

/**
 * Says of prototypes whether an object gets no {@code toJSON} from them, which it finds out without
 * running code of the guest's. The last that gives none is remembered, until the guest may have
 * run.
 */
@SuppressWarnings("ReferenceEquality") // a guest's objects are themselves
final class PlainPrototypes {
  private static final int MAX_DEPTH = 100;

  private @Nullable JSDynamicObject last;

  /** The guest may have run. */
  void forget() {
    last = null;
  }

  /** Whether it gives none; one that code would have to be asked for counts as one that does. */
  boolean contain(JSDynamicObject prototype) {
    if (prototype == last) {
      return true;
    }
    JSDynamicObject each = prototype;
    for (int i = 0; each != Null.instance; i++) {
      if (i == MAX_DEPTH || !isPlain(each)) {
        return false;
      }
      each = JSObject.getPrototype(each);
    }
    last = prototype;
    return true;
  }

  private static boolean isPlain(JSDynamicObject prototype) {
    Object kind = JSObject.getJSClass(prototype);
    Shape shape = prototype.getShape();
    return (kind == JSOrdinary.INSTANCE
            || kind == JSObjectPrototype.INSTANCE
            || kind == JSArray.INSTANCE)
        && !shape.hasProperty(Strings.TO_JSON);
  }
}
