//! Logs as training programs write them.

use super::*;

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn columns(log: &RunLog) -> Vec<(&str, usize)> {
    log.columns.iter().map(|column| (column.name.as_str(), column.points.len())).collect()
}

#[test]
fn lines_of_json_are_a_log_and_one_that_is_being_written_waits() {
    let folder = tempfile::tempdir().unwrap();
    let text = "{\"step\": 2, \"loss\": 0.7}\n{\"step\": 4, \"loss\": 0.5, \"val_loss\": 0.6, \"name\": \"a\"}\nno record\n{\"step\": 6, \"loss\": \"NaN\"}\n{\"loss\": 1}\n{\"step\": 8, \"lo";
    write(folder.path(), "log.jsonl", text);
    let log = RunLog::beside(folder.path(), None).unwrap();
    assert_eq!(log.step_column.as_deref(), Some("step"));
    assert_eq!(columns(&log), [("loss", 2), ("val_loss", 1)]);
    assert_eq!(log.columns[0].points, [[2.0, 0.7], [4.0, 0.5]]);
    let notes = log.notes.join(" ");
    for part in
        ["No numbers, not drawn: name.", "1 lines are no record", "1 records have no step", "1 values are not finite"]
    {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    // It goes on.
    write(folder.path(), "log.jsonl", &(text.to_owned() + "ss\": 0.25}\n"));
    let again = RunLog::beside(folder.path(), Some(&log)).unwrap();
    assert_eq!(again.columns[0].points.last(), Some(&[8.0, 0.25]));
    assert!(Arc::ptr_eq(&RunLog::beside(folder.path(), Some(&again)).unwrap(), &again));
}

#[test]
fn tables_are_logs_where_they_count_steps() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "classes.csv", "class,name\n0,cat\n1,dog\n");
    assert!(RunLog::beside(folder.path(), None).is_none());
    // As Keras' CSVLogger, with a semicolon, and Lightning's, in which validation has rows of its own.
    write(folder.path(), "keras.csv", "epoch;accuracy;loss;val_loss\n0;0.5;0.7;0.8\n1;0.9;0.2;0.3\n2;0.9");
    let log = RunLog::beside(folder.path(), None).unwrap();
    assert_eq!(
        (log.step_column.as_deref(), columns(&log)),
        (Some("epoch"), vec![("accuracy", 2), ("loss", 2), ("val_loss", 2)])
    );
    write(folder.path(), "metrics.csv", "epoch,step,train_loss,val_loss\n0,9,0.5,\n0,9,,0.6\n1,19,0.4,\n");
    let log = RunLog::beside(&folder.path().join("step_*.pt"), None).unwrap();
    assert_eq!((log.step_column.as_deref(), columns(&log)), (Some("step"), vec![("train_loss", 2), ("val_loss", 1)]));
    let notes = log.notes.join(" ");
    assert!(notes.contains("Not read, as one log is enough: keras.csv"), "{notes}");
    assert!(notes.contains("Counts and clocks, not drawn: epoch."), "{notes}");
}

#[test]
fn records_without_steps_are_counted_in_what_is_named_as_a_log() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "losses.csv", "loss\n3\n2\n1\n");
    let log = RunLog::beside(folder.path(), None).unwrap();
    assert_eq!((log.step_column.as_deref(), &log.columns[0].points[2]), (None, &[2.0, 1.0]));
    assert!(log.notes[0].contains("its records are counted"));
    write(folder.path(), "losses.csv", "1,2\n3,4\n");
    assert!(RunLog::beside(folder.path(), None).is_none());
}
