package dev.brink.mesh.ingress;

import dev.brink.exec.Subrequests;
import dev.brink.exec.websocket.Handshake;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.function.ReadTally;
import dev.brink.mesh.origin.HttpUrl;
import dev.brink.mesh.origin.Origins;
import dev.brink.mesh.origin.Outbound;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests that functions make: through a service of their manifest to another function or an
 * origin of the same tenant, or by {@code fetch} to a host outside.
 */
public final class NodeSubrequests implements Subrequests {
  /**
   * The most functions that wait for each other in one request. One that calls itself, or is called
   * by whom it calls, would else go on until its time is over, with thousands of runs on all nodes.
   */
  static final int DEEPEST = 16;

  private final Supplier<Snapshot> snapshot;
  private final Supplier<Dispatcher> dispatcher;
  private final Supplier<Origins> origins;
  private final ReadTally tally;
  private final Supplier<Outbound> outbound;

  /** The suppliers are asked for each request: what they give is made after the runtime. */
  public NodeSubrequests(
      Supplier<Snapshot> snapshot,
      Supplier<Dispatcher> dispatcher,
      Supplier<Origins> origins,
      Supplier<Outbound> outbound,
      ReadTally tally) {
    this.tally = tally;
    this.snapshot = snapshot;
    this.dispatcher = dispatcher;
    this.origins = origins;
    this.outbound = outbound;
  }

  @Override
  public Cancellable fetch(Subrequest subrequest, Listener listener) {
    String service = subrequest.service();
    if (service == null) {
      return outbound.get().fetch(subrequest, listener);
    }
    if (subrequest.depth() >= DEEPEST) {
      return refuse(
          listener,
          "env."
              + service
              + ": functions call each other "
              + DEEPEST
              + " deep (expected: no more)");
    }
    Binding.Version caller = caller(subrequest);
    String name = caller == null ? null : caller.services().get(service);
    Binding binding =
        caller == null || name == null
            ? null
            : snapshot.get().binding(caller.target().tenant(), name);
    if (binding == null) {
      return refuse(listener, "env." + service + ": nothing is deployed under its name");
    }
    if (binding instanceof Binding.Origin && Handshake.isIn(subrequest.request().headers())) {
      return refuse(
          listener, "env." + service + ": an origin (expected: a function for a WebSocket)");
    }
    Call call;
    try {
      call = call(subrequest);
    } catch (IllegalArgumentException e) {
      return refuse(listener, "fetch: the URL is not valid");
    }
    Executor.Running running =
        switch (binding) {
          case Binding.Function function ->
              dispatcher
                  .get()
                  .dispatch(
                      call,
                      function.pick(ThreadLocalRandom.current().nextInt()),
                      new Answer(listener));
          case Binding.Origin origin -> {
            tally.read(subrequest.function(), subrequest.requestId(), source(origin));
            yield origins.get().execute(call, origin.target(), new Answer(listener));
          }
        };
    return running::cancel;
  }

  private static Cancellable refuse(Listener listener, String message) {
    listener.onFailure(message);
    return () -> {};
  }

  /** What placement calls an origin. */
  public static String source(Binding.Origin origin) {
    return "origin:" + origin.tenant() + "/" + origin.name();
  }

  /** The version that asks: by its whole digest, and of the function that its bundle is called. */
  private Binding.@Nullable Version caller(Subrequest subrequest) {
    Binding.Version version = snapshot.get().versions().get(subrequest.version());
    if (version == null) {
      return null;
    }
    String name = version.target().tenant() + "/" + version.target().name() + "@";
    return subrequest.function().startsWith(name) ? version : null;
  }

  private static Call call(Subrequest subrequest) {
    HttpRequest asked = subrequest.request();
    HttpUrl url = HttpUrl.parse(asked.uri());
    HttpRequest request =
        new DefaultHttpRequest(
            asked.protocolVersion(), asked.method(), url.target(), asked.headers());
    request.headers().set(HttpHeaderNames.HOST, url.authority());
    if (Handshake.isIn(request.headers())) {
      RequestHeaders.cleanUpgrade(request.headers(), subrequest.clientAddress());
    } else {
      RequestHeaders.clean(request.headers(), subrequest.clientAddress());
    }
    return new Call(
        request,
        url.scheme(),
        subrequest.body(),
        subrequest.clientAddress(),
        subrequest.requestId(),
        subrequest.deadlineNanos(),
        false,
        subrequest.depth() + 1);
  }

  private record Answer(Listener listener) implements CallListener {
    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      listener.onResponse(head, body);
    }

    @Override
    public void onFailure(CallFailure failure) {
      listener.onFailure(failure.problem().code() + ": " + failure.problem().detail());
    }
  }
}
