package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.InstantSource;
import java.util.List;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteTransactions;
import org.apache.ignite.transactions.Transaction;
import org.apache.ignite.transactions.TransactionRollbackException;
import org.jspecify.annotations.Nullable;

/** The memory store of a running grid, whose calls a test may let fail before or after. */
final class FaultyPlace implements KeyValuePlace {
  private static final List<Class<?>> WATCHED =
      List.of(IgniteCache.class, IgniteTransactions.class, Transaction.class);

  private final KeyValuePlace real;
  private final StoreCaches caches;

  /** Stands around each call of a cache or a transaction. */
  @FunctionalInterface
  interface Fault {
    @Nullable Object around(String method, Call call) throws Throwable;
  }

  /** The real call. */
  @FunctionalInterface
  interface Call {
    @Nullable Object run() throws Throwable;
  }

  /** It was not done, and nobody says so. */
  static final Fault LOST =
      (method, call) -> {
        throw new IllegalStateException("the node is stopping");
      };

  /** It was not done, as Ignite knows. */
  static final Fault ROLLED_BACK =
      (method, call) -> {
        throw new TransactionRollbackException("rolled back on the backup");
      };

  FaultyPlace(Grid grid, Fault fault) {
    real = new MemoryPlace(((GridNode) grid).engine());
    StoreCaches present = requireNonNull(real.caches());
    caches = StoreCaches.of(watched(Ignite.class, present.ignite(), fault), present.region());
  }

  /** Opens an engine that works on such a place, beside the grid's own. */
  static KeyValueEngine engine(Grid grid, Fault fault) {
    return new KeyValueEngine(
        "faulty",
        new FaultyPlace(grid, fault),
        grid.clock(),
        InstantSource.system(),
        0,
        Long.MAX_VALUE);
  }

  private static <T> T watched(Class<T> type, Object target, Fault fault) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Call call =
                  () -> {
                    try {
                      return method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                      throw requireNonNull(e.getCause());
                    }
                  };
              Object result =
                  type.equals(Ignite.class) ? call.run() : fault.around(method.getName(), call);
              return WATCHED.contains(method.getReturnType())
                  ? watched(method.getReturnType(), requireNonNull(result), fault)
                  : result;
            }));
  }

  @Override
  public StoreCaches caches() {
    return caches;
  }

  @Override
  public @Nullable GridUnavailableException refusal() {
    return real.refusal();
  }

  @Override
  public boolean holds(StoreCaches held) {
    return held == caches;
  }
}
