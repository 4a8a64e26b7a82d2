package dev.brink.mesh.registry;

import com.google.protobuf.ByteString;
import dev.brink.exec.FunctionBundle;
import dev.brink.exec.FunctionException;
import dev.brink.exec.FunctionRuntime;
import dev.brink.exec.InstanceCounts;
import dev.brink.exec.Invocation;
import dev.brink.exec.InvocationListener;
import dev.brink.exec.Limit;
import dev.brink.exec.LoadedFunction;
import dev.brink.exec.RuntimeHealth;
import dev.brink.exec.RuntimeLoad;
import dev.brink.exec.ScheduledEvent;
import dev.brink.exec.WebSocketCounts;
import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingReply;
import dev.brink.exec.binding.Face;
import dev.brink.exec.binding.HostBinding;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.proto.Manifest;
import dev.brink.mesh.proto.Module;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Loads at once, or fails as told; runs nothing. */
final class FakeRuntime implements FunctionRuntime {
  /** Of the loads to come, the first ones. */
  final Queue<FunctionException> failures = new ArrayDeque<>();

  final AtomicInteger loads = new AtomicInteger();
  int closed;

  /** Why a load may fail that goes well later. */
  static FunctionException passing() {
    return FunctionException.passing(FunctionException.Code.MODULE_ERROR, "internal error");
  }

  /** Why it never will. */
  static FunctionException lasting() {
    return new FunctionException(
        FunctionException.Code.MODULE_ERROR,
        "unexpected token",
        new FunctionException.SourcePosition("main.js", 1, 2));
  }

  /** One of function {@code t/f}. */
  static FunctionVersion version() {
    return VersionDigest.seal(
        FunctionVersion.newBuilder()
            .setTenant("t")
            .setName("f")
            .setManifest(Manifest.newBuilder().setMain("main.js"))
            .addModules(
                Module.newBuilder()
                    .setPath("main.js")
                    .setContent(ByteString.copyFromUtf8("export default {}")))
            .build());
  }

  @Override
  public CompletionStage<Void> ready() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<LoadedFunction> load(FunctionBundle bundle) {
    int _ = loads.incrementAndGet();
    FunctionException failure = failures.poll();
    return failure == null
        ? CompletableFuture.completedFuture(new Loaded(bundle))
        : CompletableFuture.failedFuture(failure);
  }

  @Override
  public RuntimeLoad load() {
    return new RuntimeLoad(1, 0, 0, 0, 0, 0);
  }

  @Override
  public RuntimeHealth health() {
    return new RuntimeHealth(0, 1);
  }

  @Override
  public InstanceCounts instances() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WebSocketCounts webSockets() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long limitsMet(Limit limit) {
    return 0;
  }

  @Override
  public double leastCpuCredit() {
    return 1;
  }

  @Override
  public void closeWebSockets() {}

  @Override
  public void close() {}

  private final class Loaded implements LoadedFunction {
    private final FunctionBundle bundle;

    Loaded(FunctionBundle bundle) {
      this.bundle = bundle;
    }

    @Override
    public FunctionBundle bundle() {
      return bundle;
    }

    @Override
    public long loadNanos() {
      return 0;
    }

    @Override
    public boolean warm() {
      return true;
    }

    @Override
    public int warmLanes() {
      return 1;
    }

    @Override
    public long instanceBytes() {
      return 0;
    }

    @Override
    public int warm(int lanes) {
      return 0;
    }

    @Override
    public int payingLanes() {
      return 0;
    }

    @Override
    public int evict(int lanes) {
      return 0;
    }

    @Override
    public CompletionStage<LoadedFunction> warmUp() {
      return CompletableFuture.completedFuture(this);
    }

    @Override
    public Running invoke(Invocation invocation, InvocationListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Running invoke(ScheduledEvent event, InvocationListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      closed++;
    }
  }

  /** Nothing of the host. */
  static final class NoBindings implements HostBindings {
    @Override
    public Map<String, HostBinding> of(FunctionVersion version) {
      return Map.of();
    }

    @Override
    public HostBinding caches(FunctionVersion version) {
      return new HostBinding() {
        @Override
        public Face face() {
          return Face.CACHES;
        }

        @Override
        public CompletionStage<BindingReply> call(BindingCall call) {
          throw new UnsupportedOperationException();
        }
      };
    }
  }
}
