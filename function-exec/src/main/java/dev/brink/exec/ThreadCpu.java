package dev.brink.exec;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Threads' processor time. */
final class ThreadCpu {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Of the calling thread. */
  static long nanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** Of another thread; -1 once it has ended. */
  static long nanos(Thread thread) {
    return THREADS.getThreadCpuTime(thread.threadId());
  }

  private ThreadCpu() {}
}
