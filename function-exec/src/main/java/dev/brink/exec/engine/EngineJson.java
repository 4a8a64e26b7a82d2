package dev.brink.exec.engine;

import com.oracle.truffle.api.Truffle;
import com.oracle.truffle.api.frame.FrameDescriptor;
import com.oracle.truffle.api.frame.VirtualFrame;
import com.oracle.truffle.api.nodes.RootNode;
import com.oracle.truffle.js.lang.JavaScriptLanguage;
import com.oracle.truffle.js.runtime.JSArguments;
import com.oracle.truffle.js.runtime.JSContext;
import com.oracle.truffle.js.runtime.JSRealm;
import com.oracle.truffle.js.runtime.JavaScriptRootNode;
import com.oracle.truffle.js.runtime.Strings;
import com.oracle.truffle.js.runtime.builtins.JSFunction;
import com.oracle.truffle.js.runtime.builtins.JSFunctionData;
import com.oracle.truffle.js.runtime.builtins.JSFunctionObject;
import java.util.IdentityHashMap;

/**
 * Gives contexts a parser and a writer of JSON texts: functions of one string, and of one value,
 * whose result is {@code undefined} where it is for the engine's own to say, as for what is no
 * JSON. Thread-safe.
 */
public final class EngineJson {
  /** One for each group of contexts that share code, so a few for each engine. */
  private final IdentityHashMap<JSContext, JSFunctionData> functions = new IdentityHashMap<>();

  /** What a function does with its argument. */
  @FunctionalInterface
  private interface Work {
    /**
     * Does it.
     *
     * @param asking where the engine may stop it
     */
    Object of(Object argument, RootNode asking);
  }

  /** The parser, for the context that this thread has entered. One at least for each context. */
  public Object parser() {
    return function(new EngineJsonParser(JSRealm.get(null))::parse);
  }

  /** The same of the writer. */
  public Object writer() {
    return function(new EngineJsonWriter(JSRealm.get(null))::write);
  }

  private Object function(Work work) {
    JSRealm realm = JSRealm.get(null);
    Object[] ofContext = {work};
    return JSFunction.create(
        realm,
        function(realm.getContext()),
        Truffle.getRuntime().createMaterializedFrame(ofContext));
  }

  private synchronized JSFunctionData function(JSContext context) {
    return functions.computeIfAbsent(context, EngineJson::make);
  }

  private static JSFunctionData make(JSContext context) {
    var root = new Root(JavaScriptLanguage.getCurrentLanguage());
    return JSFunctionData.createCallOnly(
        context, root.getCallTarget(), 1, Strings.fromJavaString("json"));
  }

  /** What a call does: code that all contexts share, with the work of the one it is called in. */
  private static final class Root extends JavaScriptRootNode {
    Root(JavaScriptLanguage language) {
      super(language, null, new FrameDescriptor());
    }

    @Override
    public Object execute(VirtualFrame frame) {
      Object[] arguments = frame.getArguments();
      var function = (JSFunctionObject) JSArguments.getFunctionObject(arguments);
      var work = (Work) function.getEnclosingFrame().getArguments()[0];
      return work.of(JSArguments.getUserArgument(arguments, 0), this);
    }
  }
}
