package dev.brink.mesh.link;

import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.proto.Reach;
import dev.brink.mesh.proto.Refusal;

/** Failures of calls as a link carries them. */
final class Refusals {
  static Refusal of(CallFailure failure) {
    Problem problem = failure.problem();
    return Refusal.newBuilder()
        .setStatus(problem.status())
        .setCode(problem.code())
        .setDetail(problem.detail())
        .setRetryAfterSeconds(problem.retryAfterSeconds())
        .setReach(reach(failure.reach()))
        .setAbout(about(failure.reach()))
        .setSaid(failure.said())
        .build();
  }

  private static Reach reach(CallFailure.Reach reach) {
    return switch (reach) {
      case REFUSED, TENANT_BUSY -> Reach.REFUSED;
      case NOT_STARTED, NOT_LOADED -> Reach.NOT_STARTED;
      case UNKNOWN -> Reach.UNKNOWN;
      case RAN -> Reach.RAN;
    };
  }

  private static Refusal.About about(CallFailure.Reach reach) {
    return switch (reach) {
      case TENANT_BUSY -> Refusal.About.CALLS_OF_THE_TENANT;
      case NOT_LOADED -> Refusal.About.CALLS_OF_THE_VERSION;
      case REFUSED, NOT_STARTED, UNKNOWN, RAN -> Refusal.About.ANY_CALL;
    };
  }

  static CallFailure failure(Refusal refusal) {
    var problem =
        new Problem(
            refusal.getStatus(),
            refusal.getCode(),
            refusal.getDetail(),
            refusal.getRetryAfterSeconds());
    CallFailure.Reach reach =
        switch (refusal.getReach()) {
          case REFUSED ->
              refusal.getAbout() == Refusal.About.CALLS_OF_THE_TENANT
                  ? CallFailure.Reach.TENANT_BUSY
                  : CallFailure.Reach.REFUSED;
          case NOT_STARTED ->
              refusal.getAbout() == Refusal.About.CALLS_OF_THE_VERSION
                  ? CallFailure.Reach.NOT_LOADED
                  : CallFailure.Reach.NOT_STARTED;
          case RAN -> CallFailure.Reach.RAN;
          case UNKNOWN, UNRECOGNIZED -> CallFailure.Reach.UNKNOWN;
        };
    return new CallFailure(problem, reach, refusal.getSaid());
  }

  private Refusals() {}
}
