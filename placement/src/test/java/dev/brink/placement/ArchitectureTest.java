package dev.brink.placement;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.CacheMode;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.util.random.RandomGenerator;

@AnalyzeClasses(
    cacheMode = CacheMode.PER_CLASS,
    packages = "dev.brink.placement",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule ONLY_THE_JDK =
      classes()
          .that()
          .resideInAPackage("dev.brink.placement..")
          .and()
          .resideOutsideOfPackage("dev.brink.placement.sim..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.brink.placement..",
              "java.lang..",
              "java.math..",
              "java.time..",
              "java.util..",
              "org.jspecify.annotations..",
              "com.google.errorprone.annotations..")
          .because("algorithms on plain data need nothing else");

  @ArchTest
  static final ArchRule SIMULATION_READS_FILES_BESIDES =
      classes()
          .that()
          .resideInAPackage("dev.brink.placement.sim..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.brink.placement..",
              "java..",
              "org.jspecify.annotations..",
              "com.google.errorprone.annotations..")
          .because("it is a tool around the algorithms");

  @ArchTest
  static final ArchRule NOBODY_DEPENDS_ON_THE_SIMULATION =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.brink.placement.sim..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.brink.placement.sim..");

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("dev.brink.placement.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_CLOCKS_AND_NO_THREADS =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.brink.placement.sim..")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(RandomGenerator.class)
          .because("time and chance are passed in, so that all of this runs in simulation");

  @ArchTest
  static final ArchRule SIMULATED_TIME_ONLY =
      noClasses()
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .because("the same seed must give the same result");
}
