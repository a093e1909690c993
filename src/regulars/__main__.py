from regulars.project.cli import main

main()
