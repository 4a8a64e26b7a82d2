package dev.brink.exec.lane;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What threads have used, from the JVM's own counters. */
final class ThreadMeter {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static long cpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  static long allocatedBytes() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  static long cpuNanos(Thread thread) {
    return THREADS.getThreadCpuTime(thread.threadId());
  }

  static long allocatedBytes(Thread thread) {
    return THREADS.getThreadAllocatedBytes(thread.threadId());
  }

  private ThreadMeter() {}
}
