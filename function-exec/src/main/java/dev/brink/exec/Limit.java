package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import org.jspecify.annotations.Nullable;

/** What a function can have too much of. */
public enum Limit {
  /** Processor time of an invocation. */
  CPU,
  /** Processor time that a version's runs left to others; also counts as {@link #CPU}. */
  CPU_CREDIT,
  /** Time of an invocation, from its start to its end. */
  WALL,
  /** Memory that an invocation allocates and holds. */
  MEMORY,
  /** Memory that instances hold beyond their invocations: one is replaced, as the heap is short. */
  RETAINED,
  /** Length of a string or a typed array, where a function failed of it. */
  LENGTH,
  /** Calls within calls. */
  STACK,
  /** Requests, and calls of bindings, that an invocation makes. */
  SUBREQUESTS,
  /** Timers, reads, requests and other operations that an invocation waits for at once. */
  PENDING,
  /** Promises that an invocation is to wait for after its response. */
  PROMISES,
  /** What an invocation that went well waited for at its end, timers apart: it was cancelled. */
  LEFT,
  /** Bytes of a response's headers, or of a URL and headers that an invocation sends. */
  HEADERS,
  /** Bytes of a request's or a response's body. */
  BODY,
  /** Bytes of bodies that an invocation reads whole. */
  WHOLE_BODIES,
  /** Text that an invocation prints. */
  LOG,
  /** Invocations that an instance has under way at once; there is another instance for more. */
  CONCURRENCY,
  /** Instances with invocations under way of a runtime. */
  INSTANCES,
  /** Instances with invocations under way of the functions of one owner. */
  OWNER_INSTANCES,
  /** Invocations that wait for a lane of a runtime. */
  QUEUE,
  /** Invocations that wait for a lane of the functions of one owner. */
  OWNER_QUEUE,
  /** Invocations of a runtime that have not ended. */
  UNFINISHED,
  /** Invocations that have not ended of the functions of one owner. */
  OWNER_UNFINISHED,
  /** Bytes of a function's modules. */
  CODE,
  /** Processor time that loading a function's modules takes. */
  START_UP,
  /** WebSockets of a runtime. */
  WEBSOCKETS,
  /** WebSockets of the functions of one owner. */
  OWNER_WEBSOCKETS;

  /** The limit that an invocation with this outcome has met. */
  static @Nullable Limit of(Code outcome) {
    return switch (outcome) {
      case CPU_LIMIT -> CPU;
      case WALL_LIMIT -> WALL;
      case MEMORY_LIMIT -> MEMORY;
      case STACK_LIMIT -> STACK;
      case BODY_LIMIT, RESPONSE_LIMIT -> BODY;
      case WEBSOCKET_LIMIT -> WEBSOCKETS;
      case OWNER_WEBSOCKET_LIMIT -> OWNER_WEBSOCKETS;
      // Counted when it was met: the function may have gone on.
      case SUBREQUEST_LIMIT, PENDING_LIMIT, CODE_LIMIT, START_UP_LIMIT -> null;
      case MODULE_ERROR,
          NO_HANDLER,
          UNCAUGHT,
          BAD_RESPONSE,
          QUEUE_FULL,
          OWNER_BUSY,
          DEADLINE,
          CANCELLED,
          CLOSED ->
          null;
    };
  }
}
