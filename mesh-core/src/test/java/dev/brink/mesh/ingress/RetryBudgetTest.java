package dev.brink.mesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  private static int drain(RetryBudget budget) {
    int taken = 0;
    while (budget.take()) {
      taken++;
    }
    return taken;
  }

  @Test
  void aBurstIsAllowedAndThenAFifthOfTheCalls() {
    RetryBudget budget = new RetryBudget();
    assertThat(drain(budget)).isEqualTo(200);
    for (int i = 0; i < 100; i++) {
      budget.called();
    }
    assertThat(drain(budget)).isEqualTo(20);
  }

  @Test
  void whatIsNotUsedDoesNotAddUpBeyondTheBurst() {
    RetryBudget budget = new RetryBudget();
    for (int i = 0; i < 10_000; i++) {
      budget.called();
    }
    assertThat(drain(budget)).isEqualTo(200);
  }
}
