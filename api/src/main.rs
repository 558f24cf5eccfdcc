//! The `gongpai` binary: serves by default; its other commands work on the same settings, also while a server runs.

use api::clock::Clock;
use api::contract::Contract;
use api::gateway::reader;
use api::service::{Adapters, Service};
use api::settings::{Settings, Source};
use api::{demo, inspection, operator, server, sms};
use clap::{Parser, Subcommand};
use domain::error::{Error, Result};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

/// Registers companies, certifies them, and keeps their organization.
#[derive(Parser)]
#[command(name = "gongpai", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API (what happens without a command).
    Serve,
    /// Bring the database to the newest schema and stop.
    Migrate,
    /// People who work for the platform.
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Forget the authenticator of somebody who has lost it, and the recovery codes too. Make sure of who asks.
    ResetSecondFactor {
        /// The mobile number with which they sign in.
        #[arg(long)]
        mobile: String,
        /// Whether it is an operator, and not somebody in an organization.
        #[arg(long)]
        operator: bool,
    },
    /// Say that whoever has a number is its owner, although nobody came with it for long. Make sure of who asks.
    VouchForNumber {
        /// The mobile number.
        #[arg(long)]
        mobile: String,
    },
    /// Let the administrators of an organization come from any network again, who have locked themselves out. Make sure of who asks.
    LiftAllowList {
        /// The organization.
        #[arg(long)]
        tenant: Uuid,
    },
    /// The master keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The files of documents.
    #[command(subcommand)]
    Documents(DocumentsCommand),
    /// Print what to register with carriers of SMS: templates, and where their reports go.
    Sms,
    /// Make companies to play with.
    Demo,
    /// Print the contract.
    Openapi {
        /// As JSON instead of YAML.
        #[arg(long)]
        json: bool,
    },
    /// Print every setting, its source and what it is for.
    Config,
    /// Read a license from the standard input; the service calls this.
    #[command(hide = true)]
    Read {
        /// The program of tesseract.
        tesseract: PathBuf,
    },
    /// Inspect a file that somebody uploaded; the service calls this.
    #[command(hide = true)]
    Inspect {
        /// The file.
        file: PathBuf,
        /// Where to write what is kept of it.
        kept: PathBuf,
    },
    /// Draw a logo that somebody uploaded anew; the service calls this.
    #[command(hide = true)]
    DrawLogo {
        /// The file.
        file: PathBuf,
        /// Where to write the squares.
        kept: PathBuf,
    },
    /// Draw an avatar that somebody uploaded anew; the service calls this.
    #[command(hide = true)]
    DrawAvatar {
        /// The file.
        file: PathBuf,
        /// Where to write the squares.
        kept: PathBuf,
    },
    /// Read a spreadsheet that somebody uploaded; the service calls this.
    #[command(hide = true)]
    ReadSheet {
        /// The file.
        file: PathBuf,
        /// Where to write its rows.
        packed: PathBuf,
    },
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Make the key that signs access tokens next; it signs ten minutes later, while servers run.
    RotateSigning,
    /// Seal everything anew with the first master key. The others can go when the sessions that they began have ended.
    Rotate,
}

#[derive(Subcommand)]
enum DocumentsCommand {
    /// Forget files that no document is recorded for; a running service does so once a day.
    Tidy {
        /// How old they have to be; younger ones may be on their way.
        #[arg(long, default_value_t = 60)]
        minutes: u32,
    },
}

#[derive(Subcommand)]
enum OperatorCommand {
    /// Add an operator, or change the name and role of the one with that number.
    Add {
        /// The mobile number with which they sign in.
        #[arg(long)]
        mobile: String,
        /// Their name.
        #[arg(long)]
        name: String,
        /// reviewer, `senior_reviewer`, support or `platform_admin`.
        #[arg(long)]
        role: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command.unwrap_or(Command::Serve)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let said = error.log_context().map_or_else(|| error.to_string(), str::to_owned);
            drop(writeln!(std::io::stderr(), "gongpai: {said}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Openapi { json } => {
            let contract = Contract::shared();
            return print(&if json {
                format!("{:#}\n", contract.json())
            } else {
                contract.yaml()?.to_owned()
            });
        }
        Command::Read { tesseract } => return reader::child::run(&tesseract),
        Command::Inspect { file, kept } => return inspection::child::run(&file, &kept),
        Command::DrawLogo { file, kept } => {
            return inspection::child::draw(&file, &kept, inspection::Style::Logo);
        }
        Command::DrawAvatar { file, kept } => {
            return inspection::child::draw(&file, &kept, inspection::Style::Avatar);
        }
        Command::ReadSheet { file, packed } => return inspection::child::run_sheet(&file, &packed),
        _ => {}
    }
    let mut source = Source::system().map_err(|error| Error::internal(error.to_string()))?;
    let settings = Settings::read(&mut source).map_err(|error| Error::internal(error.to_string()))?;
    match command {
        Command::Sms => {
            let service = Service::open(settings, Clock::default(), Adapters::default())?;
            print(&sms::to_register(&service))
        }
        Command::Config => print(&config(&source)),
        Command::Serve => serve(settings),
        Command::Openapi { .. }
        | Command::Inspect { .. }
        | Command::DrawLogo { .. }
        | Command::DrawAvatar { .. }
        | Command::ReadSheet { .. }
        | Command::Read { .. } => Ok(()),
        Command::Migrate => open(settings).map(drop),
        Command::Operator(OperatorCommand::Add { mobile, name, role, json }) => {
            print(&operator::add(&open(settings)?, &mobile, &name, &role, json)?)
        }
        Command::ResetSecondFactor { mobile, operator: is_operator } => {
            print(&operator::reset_second_factor(&open(settings)?, &mobile, is_operator)?)
        }
        Command::VouchForNumber { mobile } => print(&operator::vouch_for_number(&open(settings)?, &mobile)?),
        Command::LiftAllowList { tenant } => print(&operator::lift_allow_list(&open(settings)?, tenant)?),
        Command::Keys(KeysCommand::Rotate) => {
            let count = open(settings)?.database.reseal()?;
            print(&format!("{count} values were sealed anew\n"))
        }
        Command::Keys(KeysCommand::RotateSigning) => {
            let service = open(settings)?;
            service.learn_signing_keys()?;
            service.rotate_signing_key()?;
            print("the next key signs in ten minutes\n")
        }
        Command::Documents(DocumentsCommand::Tidy { minutes }) => {
            let service = open(settings)?;
            let age = chrono::Duration::minutes(minutes.into());
            let count = runtime()?.block_on(service.tidy_documents(age))?;
            print(&format!("{count} files were forgotten\n"))
        }
        Command::Demo => print(&demo::make(&Arc::new(open(settings)?), &runtime()?)?),
    }
}

/// The service without a server, on a migrated database.
fn open(settings: Settings) -> Result<Service> {
    let service = Service::open(settings, Clock::default(), Adapters::default())?;
    service.database.migrate()?;
    Ok(service)
}

fn serve(settings: Settings) -> Result<()> {
    log(&settings);
    let failed = |error: std::io::Error| Error::internal(error.to_string());
    // Requests have threads of their own; this one waits for signals and hands out jobs.
    runtime()?.block_on(async {
        let running = server::start(settings, Clock::default(), Adapters::default()).await?;
        tracing::info!(address = %running.address, "Gongpai listens");
        if let Some(address) = running.operators_address {
            tracing::info!(%address, "Gongpai listens to operators");
        }
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        running.stop().await
    })
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Error::internal(error.to_string()))
}

fn log(settings: &Settings) {
    let filter = tracing_subscriber::EnvFilter::new(&settings.log_filter);
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if settings.json_log {
        subscriber.json().flatten_event(true).init();
    } else {
        subscriber.init();
    }
}

fn config(source: &Source) -> String {
    let lines = source.printed().iter().map(|setting| {
        let value = if setting.value.is_empty() { "(none)" } else { &setting.value };
        format!("{}={value}  # {}; {}\n", setting.name, setting.from, setting.about)
    });
    lines.collect()
}

fn print(text: &str) -> Result<()> {
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| Error::internal(error.to_string()))
}
