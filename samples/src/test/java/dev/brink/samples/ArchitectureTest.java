package dev.brink.samples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.brink.samples", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule usesOnlyWhatUsersOfTheMeshSee =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify.annotations..",
              "dev.brink.samples..",
              "dev.brink.mesh",
              "dev.brink.mesh.client..",
              "dev.brink.mesh.config..",
              "dev.brink.mesh.deploy..",
              "dev.brink.mesh.folder..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.brink.samples.(**)").should().beFreeOfCycles();
}
