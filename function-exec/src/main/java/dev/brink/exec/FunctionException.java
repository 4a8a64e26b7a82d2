package dev.brink.exec;

import org.jspecify.annotations.Nullable;

/** Why a function could not be loaded or did not answer. Has no stack trace: it is not a bug. */
public final class FunctionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What happened; the caller's reaction depends on it alone. */
  public enum Code {
    /** The module does not parse, link or evaluate, or has no handler at all. */
    MODULE_ERROR,
    /** Its modules are larger than they may be. */
    CODE_LIMIT,
    /** Its modules took too long to load. */
    START_UP_LIMIT,
    /** The function has handlers, but none for this kind of event. */
    NO_HANDLER,
    /** The handler threw or its promise was rejected. */
    UNCAUGHT,
    /** The handler returned something that is not a response. */
    BAD_RESPONSE,
    CPU_LIMIT,
    WALL_LIMIT,
    MEMORY_LIMIT,
    /** The request's body is larger than it may be. */
    BODY_LIMIT,
    /** The response's body is larger than it may be. */
    RESPONSE_LIMIT,
    /** Calls within calls went too deep. */
    STACK_LIMIT,
    /** It was refused a request, or a call of a binding, because it had made so many. */
    SUBREQUEST_LIMIT,
    /** It was refused a timer, an operation or a promise to wait for, because it had so many. */
    PENDING_LIMIT,
    /** The runtime has as many WebSockets as it may: it answers with none. */
    WEBSOCKET_LIMIT,
    /** The functions of its owner have as many WebSockets as they may. */
    OWNER_WEBSOCKET_LIMIT,
    /** The lanes' queue is full: nothing has run, so the request may run elsewhere. */
    QUEUE_FULL,
    /** The functions of its owner have as much under way as they may: otherwise the same. */
    OWNER_BUSY,
    /** The deadline passed before the invocation got a lane: nothing has run. */
    DEADLINE,
    CANCELLED,
    CLOSED;

    /** Whether the function itself is to blame, for what it did and how much of it. */
    boolean ofTheFunction() {
      return switch (this) {
        case UNCAUGHT,
            BAD_RESPONSE,
            CPU_LIMIT,
            MEMORY_LIMIT,
            STACK_LIMIT,
            SUBREQUEST_LIMIT,
            PENDING_LIMIT ->
            true;
        default -> false;
      };
    }
  }

  private final Code code;
  private final @Nullable SourcePosition position;
  private final boolean passThrough;
  private final boolean mayPass;

  public FunctionException(Code code, String message, @Nullable SourcePosition position) {
    this(code, message, position, false, false);
  }

  private FunctionException(
      Code code,
      String message,
      @Nullable SourcePosition position,
      boolean passThrough,
      boolean mayPass) {
    super(message, null, false, false);
    this.code = code;
    this.position = position;
    this.passThrough = passThrough;
    this.mayPass = mayPass;
  }

  /** One whose cause {@link #mayPass may pass}. */
  public static FunctionException passing(Code code, String message) {
    return new FunctionException(code, message, null, false, true);
  }

  /** The same, of a function that wants its request answered by what is behind it. */
  FunctionException passingThrough() {
    return new FunctionException(code, String.valueOf(getMessage()), position, true, mayPass);
  }

  /**
   * Whether what could not be loaded may load later: there was too little time, memory or room for
   * it, or the host itself failed. What is wrong with the code does not pass.
   */
  public boolean mayPass() {
    return mayPass;
  }

  /**
   * Whether the function had called {@code ctx.passThroughOnException()}: the request may be
   * answered by what the function stands in front of.
   */
  public boolean passThrough() {
    return passThrough;
  }

  public Code code() {
    return code;
  }

  /** Where in the function's source, if known. */
  public @Nullable SourcePosition position() {
    return position;
  }

  /** A place in a module; line and column count from 1. */
  public record SourcePosition(String module, int line, int column) {
    @Override
    public String toString() {
      return module + ":" + line + ":" + column;
    }
  }
}
