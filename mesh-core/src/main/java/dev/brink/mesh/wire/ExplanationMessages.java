package dev.brink.mesh.wire;

import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.deploy.RegretSample;
import dev.brink.mesh.proto.CandidateView;
import dev.brink.mesh.proto.ExplanationView;
import dev.brink.mesh.proto.RegretList;
import dev.brink.mesh.proto.RegretRun;
import dev.brink.mesh.proto.RegretView;
import java.time.Instant;
import java.util.List;

/** Explanations of decisions, and what they were worth, as records and as messages. */
public final class ExplanationMessages {
  public static ExplanationView toProto(Explanation explanation) {
    ExplanationView.Builder view =
        ExplanationView.newBuilder()
            .setTenant(explanation.tenant())
            .setName(explanation.name())
            .setVersion(explanation.version())
            .setNode(explanation.node())
            .setReason(explanation.reason())
            .setWhy(explanation.why());
    explanation.candidates().forEach(candidate -> view.addCandidates(toProto(candidate)));
    return view.build();
  }

  public static Explanation fromProto(ExplanationView view) {
    return new Explanation(
        view.getTenant(),
        view.getName(),
        view.getVersion(),
        view.getNode(),
        view.getReason(),
        view.getWhy(),
        view.getCandidatesList().stream().map(ExplanationMessages::fromProto).toList());
  }

  private static CandidateView toProto(Explanation.Candidate candidate) {
    return CandidateView.newBuilder()
        .setId(candidate.id())
        .setNode(candidate.node())
        .setChosen(candidate.chosen())
        .setLocal(candidate.local())
        .setWarm(candidate.warm())
        .setNetMillis(candidate.netMillis())
        .setNetEstimated(candidate.netEstimated())
        .setQueueMillis(candidate.queueMillis())
        .setColdMillis(candidate.coldMillis())
        .setRunMillis(candidate.runMillis())
        .setDataMillis(candidate.dataMillis())
        .setPenaltyMillis(candidate.penaltyMillis())
        .setScoreMillis(candidate.scoreMillis())
        .setSlow(candidate.slow())
        .setReportAgeMillis(candidate.reportAgeMillis())
        .setExcluded(candidate.excluded())
        .build();
  }

  private static Explanation.Candidate fromProto(CandidateView view) {
    return new Explanation.Candidate(
        view.getId(),
        view.getNode(),
        view.getChosen(),
        view.getLocal(),
        view.getWarm(),
        view.getNetMillis(),
        view.getNetEstimated(),
        view.getQueueMillis(),
        view.getColdMillis(),
        view.getRunMillis(),
        view.getDataMillis(),
        view.getPenaltyMillis(),
        view.getScoreMillis(),
        view.getSlow(),
        view.getReportAgeMillis(),
        view.getExcluded());
  }

  public static RegretList regretList(List<RegretSample> samples) {
    RegretList.Builder list = RegretList.newBuilder();
    for (RegretSample sample : samples) {
      RegretView.Builder view =
          RegretView.newBuilder()
              .setAtMs(sample.at().toEpochMilli())
              .setTenant(sample.tenant())
              .setName(sample.name())
              .setChosen(sample.chosen())
              .setRegret(sample.regret());
      sample
          .runs()
          .forEach(
              run ->
                  view.addRuns(
                      RegretRun.newBuilder()
                          .setNode(run.node())
                          .setMillis(run.millis())
                          .setExpectedMillis(run.expectedMillis())
                          .addAllAgainMillis(run.againMillis())));
      list.addSamples(view);
    }
    return list.build();
  }

  public static RegretSample fromProto(RegretView view) {
    return new RegretSample(
        Instant.ofEpochMilli(view.getAtMs()),
        view.getTenant(),
        view.getName(),
        view.getChosen(),
        view.getRegret(),
        view.getRunsList().stream()
            .map(
                run ->
                    new RegretSample.Run(
                        run.getNode(),
                        run.getMillis(),
                        run.getExpectedMillis(),
                        run.getAgainMillisList()))
            .toList());
  }

  private ExplanationMessages() {}
}
