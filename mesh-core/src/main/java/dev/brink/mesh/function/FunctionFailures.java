package dev.brink.mesh.function;

import dev.brink.exec.FunctionException;
import dev.brink.exec.FunctionLimits;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallFailure.Reach;
import dev.brink.mesh.http.Problem;

/**
 * What a client is told when a function does not answer. The function's own message goes to the log
 * and to whoever calls it as its operator: it may say more than a client should know. What is said
 * of processor time is the runtime's.
 */
final class FunctionFailures {
  static CallFailure of(FunctionException failure, FunctionLimits limits) {
    return switch (failure.code()) {
      case QUEUE_FULL ->
          new CallFailure(
              new Problem(503, "overloaded", "too many invocations wait on this node", 1),
              Reach.REFUSED);
      case OWNER_BUSY ->
          new CallFailure(
              new Problem(
                  503,
                  "tenant-busy",
                  "the tenant's functions have as much under way on this node as they may",
                  1),
              Reach.TENANT_BUSY);
      case DEADLINE ->
          new CallFailure(
              Problem.of(504, "deadline-exceeded", "no lane was free in time"), Reach.NOT_STARTED);
      case CLOSED ->
          new CallFailure(
              new Problem(503, "node-stopping", "the node stopped before the function ended", 1),
              Reach.UNKNOWN);
      case CANCELLED ->
          new CallFailure(Problem.of(499, "cancelled", "the caller has gone"), Reach.RAN);
      case CPU_LIMIT -> ran(503, "cpu-limit", "the function was ended: " + failure.getMessage());
      case WALL_LIMIT ->
          ran(
              504,
              "wall-limit",
              "the function did not answer within its " + limits.wall().toMillis() + " ms");
      case MEMORY_LIMIT ->
          ran(
              503,
              "memory-limit",
              "the function used more than its " + (limits.memoryBytes() >> 20) + " MiB of memory");
      case BODY_LIMIT ->
          ran(413, "body-limit", "the request's body is larger than the function may have");
      case RESPONSE_LIMIT ->
          ran(500, "response-limit", "the response's body is larger than the function may have");
      case WEBSOCKET_LIMIT ->
          new CallFailure(
              new Problem(503, "websocket-limit", "the node has as many WebSockets as it may", 1),
              Reach.RAN);
      case OWNER_WEBSOCKET_LIMIT ->
          new CallFailure(
              new Problem(
                  429,
                  "tenant-websocket-limit",
                  "the tenant's functions have as many WebSockets on the node as they may",
                  1),
              Reach.RAN);
      case STACK_LIMIT -> ran(503, "stack-limit", "the function's calls went too deep");
      case SUBREQUEST_LIMIT ->
          ran(
              503,
              "subrequest-limit",
              "the function made more than its " + limits.subrequests() + " requests");
      case PENDING_LIMIT ->
          ran(503, "pending-limit", "the function waits for too many things at once");
      case UNCAUGHT -> said(500, "function-error", "the function threw an error", failure);
      case BAD_RESPONSE ->
          said(
              500,
              "bad-response",
              "the function returned no response, or one that cannot be sent",
              failure);
      case NO_HANDLER ->
          ran(501, "no-handler", "the function has no handler for this kind of event");
      case CODE_LIMIT -> ran(500, "code-limit", "the function's code is too large");
      case START_UP_LIMIT ->
          ran(503, "start-up-limit", "the function's modules took too long to load");
      case MODULE_ERROR ->
          said(500, "module-error", "the function's module failed to load", failure);
    };
  }

  private static CallFailure ran(int status, String code, String detail) {
    return new CallFailure(Problem.of(status, code, detail), Reach.RAN);
  }

  private static CallFailure said(
      int status, String code, String detail, FunctionException failure) {
    return new CallFailure(
        Problem.of(status, code, detail), Reach.RAN, String.valueOf(failure.getMessage()));
  }

  private FunctionFailures() {}
}
