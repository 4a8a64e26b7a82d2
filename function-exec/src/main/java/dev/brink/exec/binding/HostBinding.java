package dev.brink.exec.binding;

import java.util.concurrent.CompletionStage;

/**
 * A capability of a function: a property of {@code env} whose methods the host carries out. A
 * function reaches what its bundle gives it and nothing else.
 *
 * <p>The property's JavaScript side is a script of the runtime, named by {@link #face}. It turns
 * what the guest passes into a method name, a JSON text and at most one body, within the guest's
 * limits and on its lane; the host never calls into an object of the guest.
 *
 * <p>Thread-safe: one binding serves all invocations of a function version.
 */
public interface HostBinding {
  /** What the property looks like to the function. */
  Face face();

  /**
   * What the face is told about this binding when a function first touches it, as JSON; such as the
   * names of its methods. Asked on a lane: must not block. Default: <code>{}</code>.
   */
  default String shape() {
    return "{}";
  }

  /**
   * Carries out a call. Called on a lane: must not block, and should keep the call's deadline.
   *
   * <p>The stage may complete on any thread. When it fails with a {@link BindingException}, the
   * function's promise is rejected with what that says; any other failure, or a {@code
   * RuntimeException} thrown here, is logged and reaches the function as an error without details.
   * A reply that comes after the invocation has ended is released.
   *
   * <p>A {@link BindingCall#body} that streams must be subscribed to, if only to cancel it.
   */
  CompletionStage<BindingReply> call(BindingCall call);
}
