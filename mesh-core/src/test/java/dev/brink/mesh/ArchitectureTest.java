package dev.brink.mesh;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.CacheMode;
import com.tngtech.archunit.lang.ArchRule;

/** The plan of the house, as far as it is about mesh-core; see {@code docs/architecture.md}. */
@AnalyzeClasses(
    cacheMode = CacheMode.PER_CLASS,
    packages = "dev.brink",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.brink.mesh.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule nothingInsideKnowsTheNode =
      noClasses()
          .that()
          .resideInAPackage("dev.brink.mesh.*..")
          .and()
          .resideOutsideOfPackage("dev.brink.mesh.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.brink.mesh");

  @ArchTest
  static final ArchRule graalStaysInFunctionExec =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.brink.exec..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.graalvm..");

  @ArchTest
  static final ArchRule igniteStaysInCacheGrid =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.brink.grid..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.ignite..");

  @ArchTest
  static final ArchRule transportsStayInMeshCore =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.brink.mesh..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.netty.channel..", "io.netty.bootstrap..", "io.netty.handler.ssl..");

  @ArchTest
  static final ArchRule enginesDoNotKnowEachOtherOrTheNode =
      noClasses()
          .that()
          .resideInAPackage("dev.brink.placement..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.brink.exec..", "dev.brink.grid..", "dev.brink.mesh..");

  @ArchTest
  static final ArchRule meshCoreImportsWhatThePlanAllows =
      classes()
          .that()
          .resideInAPackage("dev.brink.mesh..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax.crypto..",
              "javax.net.ssl..",
              "javax.security.auth.x500..",
              "dev.brink..",
              "io.netty..",
              "com.google.protobuf..",
              "com.google.errorprone.annotations..",
              "com.typesafe.config..",
              "picocli..",
              "io.micrometer..",
              "org.slf4j..",
              "ch.qos.logback..",
              "org.jspecify..");
}
