package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Processor time that some runs save and others use. Guests compute by the clock. */
class CpuCreditTest {
  private static final long MILLI = 1_000_000;

  /** On two lanes a credit of 4 s. */
  private static final FunctionLimits LIMITS =
      new FunctionLimits(
          Duration.ofMillis(50),
          Duration.ofMillis(400),
          Duration.ofSeconds(30),
          64L << 20,
          1L << 40,
          1L << 40,
          50,
          64);

  private static final String BY_THE_CLOCK =
      """
      export default { fetch(request) {
        const end = Date.now() + Number(new URL(request.url).searchParams.get('ms'));
        while (Date.now() < end);
        return new Response('done');
      } }
      """;

  private static Sandbox sandbox;

  @BeforeAll
  static void start() {
    sandbox = Sandbox.of(2);
  }

  @AfterAll
  static void close() {
    sandbox.close();
  }

  // ---- the credit alone

  @Test
  void itStartsFullAndIsNeverMoreThanThat() {
    var credit = new CpuCredit(100, 0);
    credit.give(10);
    assertThat(credit.nanos(0)).isEqualTo(100);
    assertThat(credit.take(60, 0)).isEqualTo(60);
    assertThat(credit.take(60, 0)).isEqualTo(40);
    assertThat(credit.take(60, 0)).isZero();
    credit.give(30);
    assertThat(credit.nanos(0)).isEqualTo(30);
    credit.give(Long.MAX_VALUE / 2);
    assertThat(credit.nanos(0)).isEqualTo(100);
  }

  @Test
  void aHundredthOfTheTimeComesBackByItself() {
    var credit = new CpuCredit(100, 0);
    assertThat(credit.take(100, 0)).isEqualTo(100);
    assertThat(credit.nanos(99)).isZero();
    assertThat(credit.nanos(199)).isEqualTo(1);
    assertThat(credit.take(10, 1_000)).isEqualTo(10);
    assertThat(credit.nanos(Long.MAX_VALUE)).isEqualTo(100);
  }

  @Test
  void whatManyTakeAtOnceIsNoMoreThanThereIs() {
    var credit = new CpuCredit(1_000_000, 0);
    List<CompletableFuture<Long>> takers =
        IntStream.range(0, 4)
            .mapToObj(
                _ ->
                    CompletableFuture.supplyAsync(
                        () -> LongStream.range(0, 10_000).map(_ -> credit.take(70, 0)).sum()))
            .toList();
    assertThat(takers.stream().mapToLong(CompletableFuture::join).sum()).isEqualTo(1_000_000);
    assertThat(credit.nanos(0)).isZero();
  }

  // ---- judged without a guest

  @Test
  void aRunUsesCreditToItsMostAndGivesBackWhatItDidNotUse() {
    long began = System.nanoTime();
    var credit = new CpuCredit(1_000 * MILLI, began);
    InvocationLimits run = begin(credit);
    assertThat(run.cpuNanosLeft()).isEqualTo(400 * MILLI);
    assertThat(run.over(50 * MILLI, 0, 1)).isNull();
    assertLeft(credit, 1_000, began);
    assertThat(run.over(51 * MILLI, 0, 1)).isNull();
    assertLeft(credit, 990, began);
    assertThat(run.over(400 * MILLI, 0, 1)).isNull();
    run.charge(80 * MILLI, 0);
    run.settle();
    assertLeft(credit, 970, began);
    InvocationLimits little = begin(credit);
    little.charge(30 * MILLI, 0);
    little.settle();
    assertLeft(credit, 990, began);

    InvocationLimits endless = begin(credit);
    assertThat(endless.over(400 * MILLI, 0, 1)).isNull();
    assertThat(endless.over(401 * MILLI, 0, 1))
        .hasMessage(
            "ran for more than 400 ms of processor time, the most at once with the default limit of"
                + " 50 ms; cpuMs in the manifest sets another");
    assertThat(endless.creditUsedUp()).isFalse();
  }

  @Test
  void aRunEndsWhenNoCreditIsLeft() {
    long began = System.nanoTime();
    var credit = new CpuCredit(20 * MILLI, began);
    InvocationLimits run = begin(credit);
    assertThat(run.over(60 * MILLI, 0, 1)).isNull();
    assertThat(run.creditUsedUp()).isFalse();
    assertThat(run.over(90 * MILLI, 0, 1))
        .hasMessage(
            "ran for more than 50 ms of processor time, the default limit, and the credit of the"
                + " function's runs is used up; cpuMs in the manifest sets another");
    assertThat(run.creditUsedUp()).isTrue();
    run.charge(91 * MILLI, 0);
    run.settle();
    assertLeft(credit, 0, began);
    run.windUp();
    assertThat(run.cpuNanosLeft()).as("to wind up").isEqualTo(100 * MILLI);
    assertThat(run.over(100 * MILLI, 0, 1)).isNull();
    assertThat(run.over(101 * MILLI, 0, 1)).isNotNull();
  }

  @Test
  void whatComputesElsewhereUsesCreditToo() {
    long began = System.nanoTime();
    var credit = new CpuCredit(200 * MILLI, began);
    InvocationLimits run = begin(credit);
    assertThat(run.chargeElsewhere(100 * MILLI)).isNull();
    assertThat(run.useUp().code()).isEqualTo(Code.CPU_LIMIT);
    run.settle();
    assertLeft(credit, 0, began);
  }

  @Test
  void eachMessageOfASocketSettles() {
    long began = System.nanoTime();
    var credit = new CpuCredit(1_000 * MILLI, began);
    InvocationLimits socket = begin(credit);
    assertThat(socket.over(200 * MILLI, 0, 1)).isNull();
    socket.charge(200 * MILLI, 0);
    socket.outlive(Long.MAX_VALUE);
    assertLeft(credit, 850, began);
    socket.renew();
    assertLeft(credit, 900, began);
    socket.charge(50 * MILLI, 0);
    socket.settle();
    assertLeft(credit, 900, began);
  }

  // ---- with guests

  @Test
  void oneThatAlwaysUsesTwiceItsLimitIsLetGoAtFirstAndThenEnded() {
    LoadedFunction function = sandbox.load(BY_THE_CLOCK, LIMITS);
    long met = sandbox.runtime.limitsMet(Limit.CPU);
    long usedUp = sandbox.runtime.limitsMet(Limit.CPU_CREDIT);
    List<InvocationReport> reports = new ArrayList<>();
    int millis = 100;
    do {
      reports.add(run(function, millis));
      // On a busy machine it has not had a processor for all of that time.
      boolean little = reports.getLast().cpuNanos() < 80 * MILLI;
      millis = little ? Math.min(350, millis + 50) : 100;
    } while (reports.getLast().outcome() == null && reports.size() < 2_000);
    assertThat(reports.getLast().outcome()).isEqualTo(Code.CPU_LIMIT);
    assertThat(reports).as("with a credit of 4 s").hasSizeGreaterThan(10);
    assertThat(sandbox.runtime.limitsMet(Limit.CPU)).isEqualTo(met + 1);
    assertThat(sandbox.runtime.limitsMet(Limit.CPU_CREDIT)).isEqualTo(usedUp + 1);
    assertThat(sandbox.runtime.leastCpuCredit()).isBetween(0.0, 0.1);

    LoadedFunction other = sandbox.load(BY_THE_CLOCK, LIMITS);
    assertThat(run(other, 300).outcome()).as("its own credit").isNull();

    for (int i = 0; i < 100; i++) {
      assertThat(run(function, 0).outcome()).isNull();
    }
    assertThat(run(function, 300).outcome()).as("with what came back").isNull();
    function.close();
    other.close();
  }

  @Test
  void oneThatUsesMuchAtFirstAndLittleAfterwardsGoesOn() {
    LoadedFunction function = sandbox.load(BY_THE_CLOCK, LIMITS);
    for (int i = 0; i < 5; i++) {
      assertThat(run(function, 300).outcome()).isNull();
    }
    for (int i = 0; i < 200; i++) {
      assertThat(run(function, 1).outcome()).isNull();
    }
    CpuCredit credit = Objects.requireNonNull(((GraalFunction) function).credit(), "credit");
    assertThat(credit.nanos(System.nanoTime())).isEqualTo(4_000 * MILLI);
    function.close();
  }

  /** What making an instance takes is the invocation's. */
  @Test
  void aColdStartUsesCredit() {
    LoadedFunction function =
        sandbox.load(
            "const end = Date.now() + 60; while (Date.now() < end);\n" + BY_THE_CLOCK, LIMITS);
    assertThat(function.evict(0)).isEqualTo(1);
    Sandbox.await("it is cold", () -> !function.warm());
    InvocationReport report = run(function, 40);
    assertThat(report.timing().cold()).isTrue();
    assertThat(report.outcome()).isNull();
    function.close();
  }

  @Test
  void aSingleRunIsEndedWhenItHasUsedTheMost() {
    LoadedFunction function = sandbox.load("export default { fetch() { for (;;); } }", LIMITS);
    Answered answered = sandbox.get(function, "/");
    assertThat(answered.failure()).hasMessageStartingWith("ran for more than 400 ms");
    function.close();
  }

  @Test
  void withoutCreditTheLimitIsExact() {
    var exact =
        new FunctionLimits(
            Duration.ofMillis(50), Duration.ofSeconds(30), 64L << 20, 1L << 40, 1L << 40, 64);
    assertThat(exact.hasCpuCredit()).isFalse();
    LoadedFunction function = sandbox.load("export default { fetch() { for (;;); } }", exact);
    Answered answered = sandbox.get(function, "/");
    assertThat(answered.failure()).hasMessage("ran for more than 50 ms of processor time");
    assertThat(((GraalFunction) function).credit()).isNull();
    function.close();
  }

  private static InvocationReport run(LoadedFunction function, int millis) {
    return sandbox.get(function, "/?ms=" + millis).end().report();
  }

  private static InvocationLimits begin(CpuCredit credit) {
    var limits = new InvocationLimits(LIMITS, new LimitCounts(), credit);
    limits.begin(0, Long.MAX_VALUE);
    return limits;
  }

  /** Checks it in whole milliseconds: more than these only as a hundredth of the time came back. */
  private static void assertLeft(CpuCredit credit, long millis, long beganNanos) {
    long left = credit.nanos(System.nanoTime()) / MILLI;
    long elapsedMillis = (System.nanoTime() - beganNanos) / MILLI;
    assertThat(left).isBetween(millis, millis + elapsedMillis / 100);
  }
}
