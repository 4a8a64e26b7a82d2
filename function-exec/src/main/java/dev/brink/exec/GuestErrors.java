package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.FunctionException.SourcePosition;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.SourceSection;
import org.jspecify.annotations.Nullable;

/** Says what a guest threw, without a word about the host. */
final class GuestErrors {
  private static final int MAX_MESSAGE_CHARS = 2_000;
  private static final int MAX_STACK_FRAMES = 20;
  private static final String OVERFLOW = "RangeError: Maximum call stack size exceeded";
  private static final Pattern TOO_LONG =
      Pattern.compile(
          "RangeError: (?:Invalid (?:string|typed array) length|Array buffer allocation failed)");
  private static final Pattern POSITION_PREFIX =
      Pattern.compile("^((?:\\w*Error: )?)\\S+?:\\d+:\\d+ ");
  private static final Pattern MODULE_NOT_FOUND =
      Pattern.compile("^Error: (module not found: (.*), imported from (.*) \\(expected: .*\\))$");

  /** What the engine says of an import of JSON that does not say that it is of JSON. */
  private static final String OTHER_TYPE = "TypeError: Invalid module type was asserted";

  /** A class of the guest's library: the engine knows its name, and not what an object says. */
  private static final String SAYS_NOTHING = "DOMException";

  private static final Pattern CAUSES = Pattern.compile("\\n  \\[(cause|error)]: ");

  static FunctionException of(Code code, PolyglotException thrown, FunctionBundle bundle) {
    return of(code, thrown, "", bundle);
  }

  /**
   * @param shown the error as the guest shows it; empty: it has not said
   */
  static FunctionException of(
      Code code, PolyglotException thrown, String shown, FunctionBundle bundle) {
    if (thrown.isHostException() || thrown.isInternalError()) {
      return new FunctionException(code, "internal error", null);
    }
    String message = message(thrown, shown);
    Matcher notFound = MODULE_NOT_FOUND.matcher(message);
    if (code == Code.MODULE_ERROR && notFound.matches()) {
      return notFound(notFound, bundle);
    }
    if (code == Code.MODULE_ERROR && message.equals(OTHER_TYPE)) {
      return UntypedImport.in(bundle.modules(), message);
    }
    SourcePosition position = position(thrown);
    if (code == Code.MODULE_ERROR && position == null && InvalidJson.isMeantBy(message)) {
      return InvalidJson.in(bundle.modules(), message);
    }
    message = POSITION_PREFIX.matcher(message).replaceFirst("$1");
    return new FunctionException(code, message, position);
  }

  /** Whether calls within calls went too deep. */
  static boolean isOverflow(PolyglotException thrown) {
    return OVERFLOW.equals(thrown.getMessage());
  }

  /** Whether a string or an array would have been too long. */
  static boolean isTooLong(PolyglotException thrown) {
    return !thrown.isHostException()
        && TOO_LONG.matcher(String.valueOf(thrown.getMessage())).lookingAt();
  }

  /** Whether the cause is not in the guest's code, but in the host or its memory. */
  static boolean mayPass(PolyglotException thrown) {
    return thrown.isInternalError()
        || thrown.isHostException()
        || (thrown.isResourceExhausted() && !isOverflow(thrown));
  }

  private static String message(PolyglotException thrown, String shown) {
    String message = String.valueOf(thrown.getMessage());
    return firstLine(message.equals(SAYS_NOTHING) && !shown.isEmpty() ? shown : message);
  }

  /**
   * Message and stack for the console, one frame a line, then its causes.
   *
   * @param shown the error as the guest shows it; empty: it has not said
   */
  static String stack(PolyglotException thrown, String shown) {
    var text = new StringBuilder(message(thrown, shown));
    int frames = 0;
    for (PolyglotException.StackFrame frame : thrown.getPolyglotStackTrace()) {
      SourceSection at = frame.isGuestFrame() ? frame.getSourceLocation() : null;
      if (at == null || GuestSource.internal(at.getSource().getName())) {
        continue;
      }
      text.append("\n    at ").append(frame.getRootName()).append(" (");
      text.append(positionOf(at)).append(')');
      if (++frames == MAX_STACK_FRAMES) {
        break;
      }
    }
    Matcher causes = CAUSES.matcher(shown);
    if (causes.find()) {
      text.append(shown, causes.start(), shown.length());
    }
    return text.toString();
  }

  private static @Nullable SourcePosition position(PolyglotException thrown) {
    SourceSection at = thrown.getSourceLocation();
    if (at != null && !GuestSource.internal(at.getSource().getName())) {
      return positionOf(at);
    }
    for (PolyglotException.StackFrame frame : thrown.getPolyglotStackTrace()) {
      SourceSection in = frame.isGuestFrame() ? frame.getSourceLocation() : null;
      if (in != null && !GuestSource.internal(in.getSource().getName())) {
        return positionOf(in);
      }
    }
    return null;
  }

  private static SourcePosition positionOf(SourceSection at) {
    String path = at.getSource().getPath();
    String name = path == null ? at.getSource().getName() : path;
    return new SourcePosition(
        name.startsWith("/") ? name.substring(1) : name, at.getStartLine(), at.getStartColumn());
  }

  private static FunctionException notFound(Matcher message, FunctionBundle bundle) {
    String importer = message.group(3);
    byte[] source = bundle.modules().get(importer);
    return new FunctionException(
        Code.MODULE_ERROR,
        message.group(1),
        source == null ? null : find(importer, source, message.group(2)));
  }

  /** Where {@code specifier}, or its last segment, is written in the source. */
  private static @Nullable SourcePosition find(String module, byte[] source, String specifier) {
    String text = new String(source, java.nio.charset.StandardCharsets.UTF_8);
    String last = specifier.substring(specifier.lastIndexOf('/') + 1);
    Matcher at =
        Pattern.compile(
                "(?:from|import)\\s*+(?:\\(\\s*+)?([\"'])[^\"'\\n]*" + Pattern.quote(last) + "\\1")
            .matcher(text);
    if (!at.find()) {
      return null;
    }
    int index = at.start(1);
    int line = (int) text.substring(0, index).chars().filter(c -> c == '\n').count() + 1;
    int column = index - (text.lastIndexOf('\n', index) + 1) + 1;
    return new SourcePosition(module, line, column);
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    String line = end < 0 ? message : message.substring(0, end);
    return line.length() <= MAX_MESSAGE_CHARS ? line : line.substring(0, MAX_MESSAGE_CHARS) + "…";
  }

  private GuestErrors() {}
}
