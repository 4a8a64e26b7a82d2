package dev.brink.mesh.http;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who wants to hear of an exchange's cancellation and end. Used on its event loop. */
final class ExchangeListeners {
  private static final Logger LOG = LoggerFactory.getLogger(ExchangeListeners.class);

  private @Nullable Runnable cancelAction;
  private ServerExchange.@Nullable EndListener endAction;
  private boolean cancelled;
  private boolean ended;
  private long bytesOut;
  private boolean complete;

  /** Adds an action, or runs it if there was a cancellation already. */
  void onCancel(Runnable action) {
    if (cancelled) {
      run(action);
    } else if (!ended) {
      Runnable earlier = cancelAction;
      cancelAction =
          earlier == null
              ? action
              : () -> {
                run(earlier);
                run(action);
              };
    }
  }

  /** Adds a listener, or tells it if the end has come already. */
  void onEnd(ServerExchange.EndListener listener) {
    if (ended) {
      tell(listener, bytesOut, complete);
      return;
    }
    ServerExchange.EndListener earlier = endAction;
    endAction =
        earlier == null
            ? listener
            : (bytes, all) -> {
              tell(earlier, bytes, all);
              tell(listener, bytes, all);
            };
  }

  void cancelled() {
    cancelled = true;
    Runnable action = cancelAction;
    cancelAction = null;
    if (action != null) {
      run(action);
    }
  }

  void ended(long bytes, boolean all) {
    ended = true;
    bytesOut = bytes;
    complete = all;
    cancelAction = null;
    ServerExchange.EndListener listener = endAction;
    endAction = null;
    if (listener != null) {
      tell(listener, bytes, all);
    }
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.error("cancel action failed", e);
    }
  }

  private static void tell(ServerExchange.EndListener listener, long bytes, boolean all) {
    try {
      listener.ended(bytes, all);
    } catch (RuntimeException e) {
      LOG.error("end listener failed", e);
    }
  }
}
