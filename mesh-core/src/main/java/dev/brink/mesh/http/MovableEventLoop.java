package dev.brink.mesh.http;

import dev.brink.exec.lane.LaneCompanion;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop that can change its thread: its keeper runs it, or a lane that has borrowed it to
 * do I/O between guests. One thread at a time owns it, and only that one is "in the event loop". It
 * changes hands between two rounds only, never while a channel's event is handled.
 */
@SuppressWarnings("ReferenceEquality") // threads are compared for being the same
final class MovableEventLoop extends AbstractScheduledEventExecutor
    implements IoEventLoop, LaneCompanion {
  private static final Logger log = LoggerFactory.getLogger(MovableEventLoop.class);

  private static final int STARTED = 0;
  private static final int SHUTTING_DOWN = 1;
  private static final int SHUTDOWN = 2;
  private static final int TERMINATED = 3;

  private static final int TASKS_PER_ROUND = 256;
  private static final long SHUTDOWN_WAIT_NANOS = 10_000_000;

  /** What throws for ever must not keep a processor busy. */
  private static final long STUMBLED_NANOS = 1_000_000;

  private static final VarHandle OWNER;
  private static final VarHandle BORROWER;

  static {
    try {
      var lookup = MethodHandles.lookup();
      OWNER = lookup.findVarHandle(MovableEventLoop.class, "owner", Thread.class);
      BORROWER = lookup.findVarHandle(MovableEventLoop.class, "borrower", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final IoEventLoopGroup group;
  private final IoHandler handler;
  private final Thread keeper;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Round round = new Round();
  private final BooleanSupplier notBorrowed = this::notAsked;
  private final Promise<Void> termination = GlobalEventExecutor.INSTANCE.newPromise();

  private volatile @Nullable Thread owner;
  private volatile @Nullable Thread borrower;
  private volatile int state = STARTED;
  private volatile long quietNanos;
  private volatile long giveUpNanos;

  private MovableEventLoop(IoEventLoopGroup group, String keeperName, IoHandlerFactory io) {
    super(group);
    this.group = group;
    this.keeper = new FastThreadLocalThread(this::keep, keeperName);
    this.owner = keeper;
    this.handler = io.newHandler(this);
    keeper.setDaemon(true);
  }

  static MovableEventLoop start(IoEventLoopGroup group, String keeperName, IoHandlerFactory io) {
    var loop = new MovableEventLoop(group, keeperName, io);
    loop.keeper.start();
    return loop;
  }

  /** What the handler may do in one round. Changed by the owner only. */
  private final class Round implements IoHandlerContext {
    private long waitNanos;
    private BooleanSupplier mayWait = () -> false;

    @Override
    public boolean canBlock() {
      return waitNanos > 0 && tasks.isEmpty() && !hasScheduledTasks() && mayWait.getAsBoolean();
    }

    @Override
    public long delayNanos(long nowNanos) {
      // The other one's second argument only counts when no task is scheduled.
      return Math.min(waitNanos, MovableEventLoop.this.delayNanos(nowNanos, waitNanos));
    }

    @Override
    public long deadlineNanos() {
      long next = nextScheduledTaskDeadlineNanos();
      if (waitNanos == Long.MAX_VALUE) {
        return next;
      }
      long end = ticker().nanoTime() + waitNanos;
      return next == -1 || next - end > 0 ? end : next;
    }
  }

  // ---- who runs it

  private void keep() {
    handler.initialize();
    while (state != TERMINATED) {
      try {
        keepOn();
      } catch (RuntimeException | Error e) {
        stumbled(e);
      }
    }
  }

  /** The loop needs its thread, whatever is thrown. */
  private void stumbled(Throwable why) {
    try {
      log.error("{} stumbled", keeper.getName(), why);
    } catch (VirtualMachineError e) {
      // There is no room to say so.
    }
    LockSupport.parkNanos(this, STUMBLED_NANOS);
  }

  private void keepOn() {
    if (owner != keeper) {
      if (state >= SHUTTING_DOWN) {
        // Whoever was about to take it will not any more.
        reclaim();
      }
      if (owner != keeper) {
        LockSupport.park(this);
      }
    } else if (state >= SHUTTING_DOWN) {
      end();
    } else if (borrower != null) {
      letGo();
    } else {
      round(Long.MAX_VALUE, notBorrowed);
    }
  }

  private void letGo() {
    Thread asking = borrower;
    if (asking == null) {
      return;
    }
    OWNER.setVolatile(this, null);
    if (BORROWER.compareAndSet(this, asking, null)) {
      LockSupport.unpark(asking);
    } else {
      // It asks no longer, or has it already.
      reclaim();
    }
  }

  private boolean notAsked() {
    return borrower == null && state == STARTED;
  }

  @Override
  public boolean borrow() {
    Thread me = Thread.currentThread();
    if (state != STARTED) {
      return false;
    }
    if (owner == null && OWNER.compareAndSet(this, null, me)) {
      borrower = null;
      return true;
    }
    if (borrower != me) {
      borrower = me;
      handler.wakeup();
    }
    return false;
  }

  @Override
  public void lend() {
    OWNER.setVolatile(this, null);
  }

  @Override
  public boolean resume() {
    return OWNER.compareAndSet(this, null, Thread.currentThread());
  }

  @Override
  public void giveBack() {
    boolean _ = BORROWER.compareAndSet(this, Thread.currentThread(), null);
    if (OWNER.compareAndSet(this, Thread.currentThread(), keeper)) {
      LockSupport.unpark(keeper);
    } else {
      reclaim();
    }
  }

  @Override
  public void reclaim() {
    borrower = null;
    if (OWNER.compareAndSet(this, null, keeper)) {
      LockSupport.unpark(keeper);
    }
  }

  @Override
  public boolean run(long waitNanos, BooleanSupplier mayWait) {
    if (state != STARTED) {
      giveBack();
      return false;
    }
    round(waitNanos, mayWait);
    return true;
  }

  @Override
  public void wakeup() {
    handler.wakeup();
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return owner == thread;
  }

  // ---- what it does

  private void round(long waitNanos, BooleanSupplier mayWait) {
    round.waitNanos = waitNanos;
    round.mayWait = mayWait;
    int _ = handler.run(round);
    runTasks(TASKS_PER_ROUND);
  }

  private int runTasks(int most) {
    boolean _ = fetchFromScheduledTaskQueue(tasks);
    int ran = 0;
    while (ran < most) {
      Runnable task = tasks.poll();
      if (task == null) {
        break;
      }
      safeExecute(task);
      ran++;
    }
    return ran;
  }

  @Override
  public void execute(Runnable task) {
    if (state >= SHUTDOWN) {
      throw new RejectedExecutionException("the event loop has ended");
    }
    tasks.add(task);
    if (!inEventLoop()) {
      if (state == TERMINATED && tasks.remove(task)) {
        throw new RejectedExecutionException("the event loop has ended");
      }
      handler.wakeup();
    }
  }

  // ---- channels

  @Override
  public IoEventLoop next() {
    return this;
  }

  @Override
  public IoEventLoopGroup parent() {
    return group;
  }

  @Override
  public Future<IoRegistration> register(IoHandle handle) {
    Promise<IoRegistration> registered = newPromise();
    if (inEventLoop()) {
      register(handle, registered);
    } else {
      execute(() -> register(handle, registered));
    }
    return registered;
  }

  private void register(IoHandle handle, Promise<IoRegistration> registered) {
    try {
      registered.setSuccess(handler.register(handle));
    } catch (Exception e) {
      registered.setFailure(e);
    }
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel) {
    return register(new DefaultChannelPromise(channel, this));
  }

  @Override
  @Deprecated
  public ChannelFuture register(ChannelPromise promise) {
    promise.channel().unsafe().register(this, promise);
    return promise;
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel, ChannelPromise promise) {
    channel.unsafe().register(this, promise);
    return promise;
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return handler.isCompatible(handleType);
  }

  @Override
  public boolean isIoType(Class<? extends IoHandler> handlerType) {
    return handler.getClass().equals(handlerType);
  }

  // ---- its end, on the keeper

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    quietNanos = unit.toNanos(quietPeriod);
    giveUpNanos = System.nanoTime() + unit.toNanos(timeout);
    beginShutdown(SHUTTING_DOWN);
    return termination;
  }

  @Override
  @Deprecated
  public void shutdown() {
    beginShutdown(SHUTDOWN);
  }

  private void beginShutdown(int to) {
    synchronized (termination) {
      if (state < to) {
        state = to;
      }
    }
    handler.wakeup();
    LockSupport.unpark(keeper);
  }

  private void end() {
    long quietSinceNanos = System.nanoTime();
    while (state < SHUTDOWN) {
      cancelScheduledTasks();
      handler.prepareToDestroy();
      long now = System.nanoTime();
      if (runTasks(Integer.MAX_VALUE) > 0) {
        quietSinceNanos = now;
      } else if (now - quietSinceNanos >= quietNanos || now - giveUpNanos >= 0) {
        beginShutdown(SHUTDOWN);
      } else {
        round(SHUTDOWN_WAIT_NANOS, () -> true);
      }
    }
    cancelScheduledTasks();
    handler.prepareToDestroy();
    runTasks(Integer.MAX_VALUE);
    handler.destroy();
    state = TERMINATED;
    while (runTasks(Integer.MAX_VALUE) > 0) {
      // Until nobody adds more.
    }
    termination.setSuccess(null);
  }

  @Override
  public Future<?> terminationFuture() {
    return termination;
  }

  @Override
  public boolean isShuttingDown() {
    return state >= SHUTTING_DOWN;
  }

  @Override
  public boolean isShutdown() {
    return state >= SHUTDOWN;
  }

  @Override
  public boolean isTerminated() {
    return state == TERMINATED;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return termination.await(timeout, unit);
  }
}
