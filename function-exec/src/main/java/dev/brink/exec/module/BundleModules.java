package dev.brink.exec.module;

import com.oracle.js.parser.ir.Module.ModuleRequest;
import com.oracle.truffle.api.CompilerDirectives.TruffleBoundary;
import com.oracle.truffle.api.source.Source;
import com.oracle.truffle.js.runtime.Errors;
import com.oracle.truffle.js.runtime.JSErrorType;
import com.oracle.truffle.js.runtime.JSException;
import com.oracle.truffle.js.runtime.JSRealm;
import com.oracle.truffle.js.runtime.objects.AbstractModuleRecord;
import com.oracle.truffle.js.runtime.objects.DefaultESModuleLoader;
import com.oracle.truffle.js.runtime.objects.JSModuleLoader;
import com.oracle.truffle.js.runtime.objects.ScriptOrModule;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.regex.Pattern;

/**
 * Finds what a context's modules import, by the engine's own rules, but in its files alone: by
 * itself the engine would take a {@code data:} URL's text for a module, and so evaluate any text
 * where {@code eval} is off. What is not found is said in the words of who asked.
 */
public final class BundleModules extends DefaultESModuleLoader {
  private static final Pattern SCHEME = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*:");
  private static final String NODE = "node:";
  private static final int MAX_SHOWN_CHARS = 200;
  private static final VarHandle LOADER = loader();

  private BundleModules(JSRealm realm) {
    super(realm);
  }

  /**
   * Has the context that this thread has entered import from its files alone, from now on.
   *
   * @throws ExceptionInInitializerError when the engine is another one than this was made for
   */
  public static void install() {
    JSRealm realm = JSRealm.get(null);
    LOADER.set(realm, new BundleModules(realm));
  }

  private static VarHandle loader() {
    try {
      return MethodHandles.privateLookupIn(JSRealm.class, MethodHandles.lookup())
          .findVarHandle(JSRealm.class, "moduleLoader", JSModuleLoader.class);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "the JavaScript engine's module loader cannot be replaced"
              + " (expected: the release of GraalJS that Brink comes with, on the class path)",
          e);
    }
  }

  @Override
  @TruffleBoundary
  public AbstractModuleRecord resolveImportedModule(
      ScriptOrModule importer, ModuleRequest request) {
    String specifier = request.specifier().toJavaStringUncached();
    boolean url = SCHEME.matcher(specifier).lookingAt();
    if (url && !isNodes(specifier)) {
      throw notFound(specifier, importer);
    }
    try {
      return super.resolveImportedModule(importer, request);
    } catch (JSException e) {
      // What is found and no module is another type of error.
      throw e.getErrorType() == JSErrorType.Error ? notFound(specifier, importer) : e;
    }
  }

  private static boolean isNodes(String specifier) {
    return specifier.startsWith(NODE) && NodeModules.isPublic(specifier.substring(NODE.length()));
  }

  private static JSException notFound(String specifier, ScriptOrModule importer) {
    Source source = importer.getSource();
    String from = source.getPath() == null ? source.getName() : source.getPath();
    return Errors.createError(
        "module not found: "
            + shown(ModuleText.file(specifier))
            + ", imported from "
            + (from.startsWith("/") ? from.substring(1) : from)
            + " (expected: "
            + expected(specifier)
            + ")");
  }

  private static String expected(String specifier) {
    if (specifier.startsWith(NODE)) {
      return "one of " + NodeModules.publicNames();
    }
    if (SCHEME.matcher(specifier).lookingAt()) {
      return "a path to a module of the bundle; nothing is imported from URLs";
    }
    return "a relative path to a module of the bundle; packages must be bundled";
  }

  private static String shown(String specifier) {
    if (specifier.isEmpty()) {
      return "''";
    }
    return specifier.length() <= MAX_SHOWN_CHARS
        ? specifier
        : specifier.substring(0, MAX_SHOWN_CHARS) + "…";
  }
}
