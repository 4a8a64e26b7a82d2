package dev.brink.exec.engine;

import com.oracle.truffle.api.Truffle;
import com.oracle.truffle.api.frame.FrameDescriptor;
import com.oracle.truffle.api.frame.VirtualFrame;
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
 * Gives the contexts of one engine a parser of JSON texts: a function of one string, whose result
 * is {@code undefined} for what is no JSON, or not for this parser, so that the engine's own can
 * word the error. Thread-safe.
 */
public final class EngineJson {
  /** One for each of the engine's groups of contexts that share code, so a few. */
  private final IdentityHashMap<JSContext, JSFunctionData> functions = new IdentityHashMap<>();

  /** The function, for the context that this thread has entered. One at least for each context. */
  public Object parser() {
    JSRealm realm = JSRealm.get(null);
    Object[] ofContext = {new EngineJsonParser(realm)};
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
        context, root.getCallTarget(), 1, Strings.fromJavaString("parse"));
  }

  /** What a call does: code that all contexts share, with the parser of the one it is called in. */
  private static final class Root extends JavaScriptRootNode {
    Root(JavaScriptLanguage language) {
      super(language, null, new FrameDescriptor());
    }

    @Override
    public Object execute(VirtualFrame frame) {
      Object[] arguments = frame.getArguments();
      var function = (JSFunctionObject) JSArguments.getFunctionObject(arguments);
      var parser = (EngineJsonParser) function.getEnclosingFrame().getArguments()[0];
      return parser.parse(JSArguments.getUserArgument(arguments, 0), this);
    }
  }
}
