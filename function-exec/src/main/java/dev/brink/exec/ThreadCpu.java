package dev.brink.exec;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** The calling thread's processor time. */
final class ThreadCpu {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  static long nanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  private ThreadCpu() {}
}
